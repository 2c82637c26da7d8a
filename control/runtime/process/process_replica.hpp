#pragma once

#include "control/runtime/file_handle.hpp"
#include "control/runtime/log_file_reader.hpp"
#include "control/runtime/probe_pace.hpp"
#include "control/runtime/process/cpu_ledger.hpp"
#include "control/runtime/process/launch.hpp"
#include "control/runtime/process/limit_keeper.hpp"
#include "control/runtime/process/log_capture.hpp"
#include "control/runtime/process/loopback_ports.hpp"
#include "control/runtime/process/process_use.hpp"
#include "control/runtime/process/replica_record.hpp"
#include "control/runtime/readiness.hpp"
#include "control/runtime/runtime_counts.hpp"
#include "control/runtime/runtime_driver.hpp"
#include "control/runtime/usage_meter.hpp"

#include "modelgate/config/settings.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::runtime::process {

class process_replica;

/// What the replicas of one driver share. Outlives them.
struct replica_context {
  boost::asio::io_context& loop;
  const config::process_runtime_settings& settings;
  const config::health_settings& health;
  log_bounds log;
  std::filesystem::path data_folder;  ///< hidden from every replica
  std::optional<user_identity> user;  ///< absent: replicas run as modelgate
  bool guarded;                       ///< the kernel has Landlock
  std::string cookie_prefix;          ///< of this data folder, whichever process serves it
  loopback_ports ports;
  probe_pace pace;
  limit_keeper& limits;
  std::function<void(const process_replica&)> changed;
  std::function<void(const std::string& deployment)> log_grew;  ///< by as much as makes a rotation
  runtime_counts* counts = nullptr;                             ///< null: nobody counts
};

/// Where a replica finds its files; made before it is launched.
struct launch_ground {
  std::vector<std::string> command;
  std::map<std::string, std::string> image_environment;
  std::filesystem::path working_folder;
  std::filesystem::path own_folder;  ///< writable for it
  std::filesystem::path socket;      ///< in it, where it may listen
  std::string image_copy;
  std::filesystem::path model = {};  ///< where it was fetched to; empty: nowhere
  std::string health_path;
  std::optional<warm_up_request> warm_up;
  steady_time asked_at;  ///< when the start was asked for
};

/// One replica: a process group of its own, watched, probed, logged, and ended with everything that it started.
///
///     launch -> starting -> ready <-> unready -> exited -> launch ...
///                    \________|__________|-> draining -> stopping -> exited
///
/// Shape:  the driver's thread; kept alive by its pending operations.
class process_replica : public std::enable_shared_from_this<process_replica> {
 public:
  process_replica(replica_context& context, std::filesystem::path folder, replica_record record);

  /// Starts it, or starts it again after it has exited. Errors: why it has exited at once; it is counted as a failure.
  result<void, std::string> launch(const replica_spec& spec, launch_ground ground);
  /// It could not even be prepared. Counted as a failure.
  void fail_to_launch(const replica_spec& spec, const std::string& why, domain::failure_cause cause);
  /// Takes over what the record of an earlier modelgate says: watches what still runs, ends what is left of the rest.
  void resume();

  void drain();
  /// SIGTERM now, SIGKILL after the grace.
  void stop();
  /// SIGKILL now.
  void kill();
  /// Looks after it no more, and leaves it as it is: another process resumes it. Nothing else may be called then.
  void let_go();

  /// For what it logs from now on.
  void set_rotate_bytes(std::size_t bytes) noexcept { capture_->set_rotate_bytes(bytes); }

  /// Whether its memory has to be looked at because no control group bounds it.
  [[nodiscard]] bool is_polled() const noexcept;
  /// Ends it when it is over its memory. `used`: what was found of it, null where it has a control group or nothing runs.
  void check_memory(const process_use* used);

  /// What its control group counts of it; nothing without one.
  [[nodiscard]] usage_sample group_usage() const;
  /// Adds a look at what it takes. `found`: its processes, for what the sample does not say; may be null.
  void take_usage(usage_sample sample, const process_use* found);

  [[nodiscard]] bool is_running() const noexcept { return !has_exited() && !leader_ended_ && record_.pid > 0; }
  [[nodiscard]] bool has_exited() const noexcept { return record_.phase == domain::replica_phase::exited; }
  [[nodiscard]] const replica_record& record() const noexcept { return record_; }
  [[nodiscard]] observed_replica observe() const;
  [[nodiscard]] log_end end_of_log() const noexcept { return end_of_log_; }

 private:
  result<void, std::string> start_instance();
  result<void, std::string> fork_and_release();
  result<launch_order, std::string> make_order(const file_handle& guard) const;
  result<void, std::string> fail(const std::string& why, domain::failure_cause cause = domain::failure_cause::program);
  void offer_socket();
  void look_for_socket();
  [[nodiscard]] net::endpoint address() const;
  void enter_group();
  void leave_group();

  void watch(file_handle pidfd);
  void on_leader_ended();
  void settle();
  void finish_instance();
  bool should_try_another_port() const;

  void start_probing();
  boost::asio::awaitable<void> probe(std::uint32_t instance);
  boost::asio::awaitable<std::optional<std::string>> ask_health();
  boost::asio::awaitable<std::optional<std::string>> ask_example();
  void on_probe(const std::optional<std::string>& complaint);

  void set_phase(domain::replica_phase phase, std::string reason);
  /// Errors: what the file system says, which is in the log.
  result<void> save();
  [[nodiscard]] bool is_probed() const noexcept;
  void signal_group(int signal);
  bool signal_all(std::initializer_list<int> signals);
  void for_each_follower(const std::function<void(const process_status&)>& found) const;

  replica_context& context_;
  std::filesystem::path folder_;
  replica_record record_;
  std::optional<launch_ground> ground_;
  std::shared_ptr<log_capture> capture_;
  std::shared_ptr<std::atomic<bool>> end_of_log_;
  boost::asio::posix::stream_descriptor pidfd_;
  boost::asio::steady_timer probe_timer_;
  boost::asio::steady_timer end_timer_;

  std::uint32_t instance_ = 0;  ///< tells late answers of an earlier instance's probes
  int port_attempts_ = 0;
  std::shared_ptr<const replica_spec> inherited_;  ///< null: the instance is a child of ours
  bool has_answered_ = true;
  bool asked_to_stop_ = false;
  bool leader_ended_ = false;
  bool was_ready_ = false;
  std::string exit_text_;
  std::optional<int> exit_code_;
  /// Where there was one. Of one that an earlier process has seen only that is known.
  domain::replica_failure last_failure_{domain::failure_cause::program, {}};
  std::optional<control_group> group_;
  std::optional<std::uint64_t> memory_at_kill_;  ///< what was seen when it was ended for its memory; bytes
  usage_meter usage_;
  cpu_ledger ledger_;  ///< of this instance
  readiness readiness_;
  steady_time ready_since_;
  steady_time kill_at_;     ///< the end of the grace, once it was asked to stop
  steady_time give_up_at_;  ///< when what will not die is left to itself
};

}  // namespace modelgate::control::runtime::process
