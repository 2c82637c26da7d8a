#pragma once

#include "control/runtime/container/container_replica.hpp"
#include "control/runtime/runtime_counts.hpp"
#include "control/runtime/runtime_driver.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/config/settings.hpp"
#include "modelgate/metrics/gauge_reading.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace modelgate::control::runtime::container {

/// Runs replicas as containers of one engine, through its HTTP API: Docker's, or Podman's of the same form.
///
/// What it must know stands in DATA/<engine>, and every container bears a label of this data folder, so after a crash the
/// next one finds what still runs, goes on looking after it (reported as `inherited`), and removes what nobody knows.
///
/// Shape:  any-thread. One per engine and data folder, which the process driver has locked; one thread of its own does all
///         the work.
/// Errors: the constructor throws std::runtime_error with one clear sentence when its folder cannot be made. An engine that
///         does not answer is no error: what is asked for waits, and says so.
class container_driver final : public runtime_driver {
 public:
  /// `engine`: which of the settings' engines it is for; also its name. `instance`: the data folder's. `on_trial`: until
  /// `confirm`, the end of the driver leaves all replicas to the process before this one.
  container_driver(const config::settings& settings, config::runtime_kind engine, std::string instance,
                   find_pull_secret find_secret, model_store* models = nullptr, bool on_trial = false,
                   runtime_counts* counts = nullptr);
  /// Like `shutdown`, with the grace that the settings give.
  ~container_driver() override;
  container_driver(const container_driver&) = delete;
  container_driver& operator=(const container_driver&) = delete;

  /// Takes over everything but socket and folders; for containers that are made from now on.
  void reconfigure(const config::settings& settings);
  /// Ends every replica and removes it, so that nothing remains; with SIGKILL those that have not ended by then. What an
  /// engine that does not answer still has is left to the next process. Afterwards `start` fails.
  void shutdown(steady_time deadline);
  /// A shutdown that goes on, or is still to come, gives no more grace.
  void hurry();

  /// Looks after the replicas no more, and leaves them running: another process does. `observe` answers what was seen
  /// last, `start` fails, and neither `shutdown` nor destruction ends anything.
  void let_go();
  /// Looks after them again, as they are now.
  void take_back();
  /// This process is the one in charge from now on.
  void confirm();

  /// Whether the engine answers, for a scrape.
  [[nodiscard]] std::vector<metrics::gauge_reading> read() const;

  [[nodiscard]] std::string_view name() const noexcept override;
  [[nodiscard]] result<image_description, std::string> describe_image(std::string_view image,
                                                                      const placement& where = {}) const override;
  [[nodiscard]] std::vector<image_description> list_images() const override;
  [[nodiscard]] std::vector<observed_replica> observe() const override;
  [[nodiscard]] result<void, std::string> start(const replica_spec& spec) override;
  void drain(const std::string& name) override;
  void stop(const std::string& name) override;
  void remove(const std::string& name) override;
  void forget_deployment(const std::string& deployment) override;
  [[nodiscard]] std::vector<std::string> kept_logs(const std::string& deployment) const override;
  [[nodiscard]] limit_report limits() const override;
  [[nodiscard]] result<std::unique_ptr<log_reader>> open_log(const std::string& name,
                                                             const log_query& query) const override;
  void set_change_listener(std::function<void()> listener) override;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace modelgate::control::runtime::container
