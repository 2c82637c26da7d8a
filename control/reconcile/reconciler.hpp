#pragma once

#include "control/reconcile/desired_fleet.hpp"
#include "control/reconcile/plan.hpp"
#include "control/reconcile/reconcile_link.hpp"
#include "control/reconcile/reconcile_stats.hpp"
#include "control/reconcile/replica_starter.hpp"
#include "control/runtime/runtime_driver.hpp"
#include "control/store/desired_state.hpp"

#include "modelgate/config/gateway_link.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace modelgate::control::reconcile {

struct reconciler_settings {
  plan_settings plan;
  std::chrono::milliseconds live_patience{1'000};  ///< for the workers to take a snapshot before going on without
  std::chrono::milliseconds storage_backoff{250};  ///< after a failure of the store, doubled by each further one
  std::chrono::milliseconds storage_backoff_max{5'000};
  std::chrono::milliseconds resync{10'000};  ///< longest time between two looks
  /// After that much time the whole store is read again, in a pass that nobody waits for. It must tell nothing new.
  std::chrono::minutes reread{10};
  /// For which the replicas of a revision must have been ready until it takes the place of the good one.
  std::chrono::milliseconds settle_time{30'000};
};

/// Publishes what differs from the last publication; the snapshot that holds now, never null. Called by the
/// reconciler's thread only, with everything that is desired, by id.
using publish_function = std::function<config::snapshot_ptr(const std::vector<store::desired_ptr>& desired,
                                                            const std::vector<runtime::observed_replica>& observed)>;

/// Brings what runs to what is desired, and the gateway to both: load, observe, publish, plan, act, wait.
///
/// Level-triggered: each pass starts from what the store says has changed and from what the driver observes. What is
/// kept between passes is what the gateway was told and what the store said last. That the store cannot be read stops
/// nothing: replicas that die must leave the snapshot and come back even then.
///
/// A pass costs what has changed and what runs; of deployments that are stopped, whatever their number, only a few
/// microseconds in all.
///
/// Shape:  one thread of its own, and one that starts replicas; as a link, any-thread. What it is given outlives it.
/// Errors: a store that fails is said once in the log, and asked again with growing pauses; serving goes on.
class reconciler final : public reconcile_link {
 public:
  reconciler(store::desired_state& store, runtime::runtime_driver& driver, publish_function publisher,
             config::gateway_link& gateway, const reconciler_settings& settings);
  /// Like `stop`.
  ~reconciler() override;
  reconciler(const reconciler&) = delete;
  reconciler& operator=(const reconciler&) = delete;

  /// Called after each pass by the reconciler's thread: what people are shown may have changed. It must return at once.
  /// Set before `start`.
  void set_pass_listener(std::function<void()> listener) { pass_listener_ = std::move(listener); }
  /// Listens to the driver and begins; also again after `stop`.
  void start();
  /// Ends after the pass and the start that are under way. Replicas and snapshot stay as they are.
  void stop();
  /// The end is near: what has died stays dead, and what is missing is missed. The rest goes on until `stop`. Any thread.
  void start_no_more() { starter_.close(); }

  /// From the next pass on, which comes at once. Any thread.
  void reconfigure(const reconciler_settings& settings);
  /// Whether another process still serves requests on the same replicas, which nobody counts here: while it does, what
  /// drains is stopped only when its time is over.
  void set_shared(bool shared);
  /// The last snapshot that every worker serves; null before the first.
  [[nodiscard]] config::snapshot_ptr live() const;

  [[nodiscard]] const reconcile_stats& stats() const noexcept { return stats_; }

  void wake() override;
  [[nodiscard]] bool publish_and_wait(steady_time deadline) override;
  [[nodiscard]] domain::deployment_status status_of(const domain::deployment& deployment,
                                                    const std::string& refusal) const override;
  /// Observes once for all of them.
  [[nodiscard]] std::vector<domain::deployment_status> statuses_of(
      const std::vector<status_question>& questions) const override;

 private:
  /// A rollback that cannot be made now.
  struct waiting_rollback {
    std::uint64_t failed = 0;  ///< the revision that is to be taken back
    std::string text;          ///< for people
  };

  void run();
  /// One pass; when the next one is due if nothing wakes us.
  steady_time pass();
  bool load(bool is_awaited);
  void follow_sources();
  [[nodiscard]] std::vector<wanted_deployment> wanted(const std::vector<runtime::observed_replica>& observed) const;
  void publish(const std::vector<runtime::observed_replica>& observed, std::uint64_t request, bool fresh);
  [[nodiscard]] std::optional<std::chrono::milliseconds> judge_revisions(
      const std::vector<runtime::observed_replica>& observed, system_time now);
  [[nodiscard]] std::optional<std::chrono::milliseconds> prove_earlier(
      const store::desired_deployment& entry, const std::vector<const runtime::observed_replica*>& replicas,
      system_time now);
  void keep_waiting(std::map<std::string, waiting_rollback> waiting);
  [[nodiscard]] gateway_view view_of_gateway(const std::vector<runtime::observed_replica>& observed) const;
  void act(const action& step);
  void complain(const error_code& problem);

  store::desired_state& store_;
  runtime::runtime_driver& driver_;
  publish_function publisher_;
  config::gateway_link& gateway_;
  replica_starter starter_{driver_};
  std::function<void()> pass_listener_;
  reconcile_stats stats_;

  // The reconciler's thread only.
  reconciler_settings settings_;
  desired_fleet desired_;
  bool loaded_ = false;                            ///< since the last start
  steady_time reread_at_{};                        ///< when everything is read again
  std::map<std::string, std::uint32_t> external_;  ///< how many replicas the sources of active deployments have
  config::snapshot_ptr published_;
  bool store_failed_ = false;                   ///< in this pass
  std::chrono::milliseconds storage_pause_{0};  ///< 0: the store answers

  mutable std::mutex mutex_;
  std::condition_variable woken_;
  std::condition_variable answered_;
  bool wake_ = false;
  std::optional<reconciler_settings> next_settings_;
  bool stopping_ = false;
  bool shared_ = false;
  std::uint64_t requests_ = 0;           ///< of publish_and_wait
  std::uint64_t answered_requests_ = 0;  ///< those whose state of the store is in `answered_generation_`
  std::uint64_t answered_generation_ = 0;
  config::snapshot_ptr live_;                        ///< the last snapshot that every worker serves
  std::map<std::string, waiting_rollback> waiting_;  ///< by deployment, as the last pass found them
  std::thread thread_;
};

}  // namespace modelgate::control::reconcile
