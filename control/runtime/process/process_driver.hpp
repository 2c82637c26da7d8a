#pragma once

#include "control/runtime/model_store.hpp"
#include "control/runtime/runtime_counts.hpp"
#include "control/runtime/runtime_driver.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/config/settings.hpp"

#include <filesystem>
#include <memory>

namespace modelgate::control::runtime::process {

/// Runs replicas as processes of this machine: the embedded default.
///
/// Everything it knows stands in DATA/replicas, and every process it starts carries a cookie of this data folder, so
/// after a crash the next one finds what still runs, goes on looking after it (reported as `inherited`), and ends at
/// once what nobody knows any more.
///
/// Shape:  any-thread. One per data folder, which it locks; one thread of its own does all the work, but image folders
///         are copied on the caller's thread.
/// Errors: the constructor throws std::runtime_error with one clear sentence when it cannot work here at all.
class process_driver final : public runtime_driver {
 public:
  /// Uses `data_folder`, `catalogue`, `process_runtime` and what `limits` says of logs of the settings. `held_lock`: the lock
  /// of the data folder as the process before this one held it; it becomes the driver's own, and until `confirm` the
  /// end of the driver leaves all replicas to that process. -1: it is to be taken. `counts`: what to count in; null: nobody does.
  explicit process_driver(const config::settings& settings, int held_lock = -1, runtime_counts* counts = nullptr);
  /// Like `shutdown`, with the grace that the settings give.
  ~process_driver() override;
  process_driver(const process_driver&) = delete;
  process_driver& operator=(const process_driver&) = delete;

  /// Takes over intervals, timeouts and limits; those of logs for replicas that are made from now on. User, folders and
  /// how limits are enforced stay.
  /// By the thread that ends it too.
  void reconfigure(const config::settings& settings);
  /// Ends every replica and forgets it, so that nothing remains; SIGKILL for those that have not ended by then.
  /// Afterwards `start` fails and `observe` answers nothing.
  void shutdown(steady_time deadline);
  /// A shutdown that goes on, or is still to come, gives no more grace.
  void hurry();

  /// Tells its data folder from every other one, copies of it included.
  [[nodiscard]] const std::string& instance() const noexcept;
  /// A folder for what replicas may read, beside the copies of their images.
  [[nodiscard]] std::filesystem::path models_folder() const;
  /// Fetches models with this from now on; it outlives the driver's last start.
  void use_models(model_store& models);
  /// For the process that takes over; stays the driver's.
  [[nodiscard]] int lock_descriptor() const noexcept;
  /// Looks after the replicas no more, and leaves them running: another process does. `observe` answers what was seen
  /// last, `start` fails, and neither `shutdown` nor destruction ends anything.
  void let_go();
  /// Looks after them again, as they are now.
  void take_back();
  /// This process is the one in charge from now on. Nothing where it took the lock itself.
  void confirm();

  [[nodiscard]] std::string_view name() const noexcept override { return "process"; }
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

}  // namespace modelgate::control::runtime::process
