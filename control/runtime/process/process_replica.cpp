#include "control/runtime/process/process_replica.hpp"

#include "control/runtime/end_text.hpp"
#include "control/runtime/process/exit_text.hpp"
#include "control/runtime/process/pidfd.hpp"
#include "control/runtime/record_file.hpp"

#include "modelgate/base/log.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

namespace modelgate::control::runtime::process {
namespace {

using domain::replica_phase;
using std::chrono::milliseconds;

constexpr milliseconds follower_interval{50};        ///< between looks at what a leader left behind
constexpr milliseconds patience_with_killed{5'000};  ///< SIGKILL takes long only for a process stuck in the kernel

}  // namespace

process_replica::process_replica(replica_context& context, std::filesystem::path folder, replica_record record)
    : context_{context},
      folder_{std::move(folder)},
      record_{std::move(record)},
      capture_{std::make_shared<log_capture>(
          context.loop, folder_, context.log,
          [&context, deployment = record_.spec.deployment] { context.log_grew(deployment); })},
      end_of_log_{std::make_shared<std::atomic<bool>>(true)},
      pidfd_{context.loop},
      probe_timer_{context.loop},
      end_timer_{context.loop},
      group_{record_.group ? control_group::reopen(*record_.group) : std::nullopt} {}

observed_replica process_replica::observe() const {
  const bool speaks = record_.phase == replica_phase::starting || record_.phase == replica_phase::unready;
  observed_replica seen = observe_life(record_, speaks && !leader_ended_, speaks ? capture_->last_line() : "");
  if (!has_exited() && record_.port != 0) seen.address = address();
  if (group_) {
    seen.limits = "enforced";
    seen.limits_by = to_string(group_->record().method);
  } else if (has_exited()) {
    seen.limits = context_.limits.report().limits;  // of what will be started in its place
    seen.limits_by = context_.limits.report().by;
  } else {
    seen.limits = "advisory";
    seen.limits_by = to_string(context_.limits.without_group());
  }
  seen.usage = usage_.read(record_.spec.limits.memory_bytes);
  if (!record_.last_end.empty()) seen.failure = last_failure_;
  seen.inherited = inherited_;
  seen.answers = has_answered_;
  return seen;
}

result<void> process_replica::save() {
  auto saved = save_record(folder_, to_json(record_));
  if (!saved) {
    log::warning("runtime", "the state of a replica cannot be written",
                 {{"replica", record_.spec.name}, {"why", saved.error().message()}});
  }
  return saved;
}

void process_replica::set_phase(replica_phase phase, std::string reason) {
  const auto change = record_.enter(phase, std::move(reason), system_clock::now(), leader_ended_,
                                    context_.settings.restart_backoff_max);
  if (change == replica_life::change::none) return;
  if (change == replica_life::change::phase) static_cast<void>(save());
  context_.changed(*this);
}

void process_replica::drain() {
  if (asked_to_stop_ || has_exited() || record_.phase == replica_phase::draining) return;
  probe_timer_.cancel();
  set_phase(replica_phase::draining, "it gets no new requests");
}

void process_replica::stop() {
  if (asked_to_stop_ || has_exited()) return;
  asked_to_stop_ = true;
  probe_timer_.cancel();
  kill_at_ = steady_clock::now() + context_.settings.stop_grace;
  give_up_at_ = kill_at_ + patience_with_killed;
  set_phase(replica_phase::stopping, "it was asked to end");
  if (leader_ended_) return;       // settling already
  signal_all({SIGTERM, SIGCONT});  // one that was suspended could not end
  end_timer_.expires_at(kill_at_);
  end_timer_.async_wait([self = shared_from_this(), instance = instance_](const error_code& problem) {
    if (!problem && instance == self->instance_ && !self->leader_ended_) self->signal_all({SIGKILL});
  });
}

void process_replica::kill() {
  if (has_exited()) return;
  stop();
  kill_at_ = steady_clock::now();
  signal_all({SIGKILL});
}

void process_replica::let_go() {
  ++instance_;  // answers that are under way come too late
  probe_timer_.cancel();
  end_timer_.cancel();
  error_code ignored;
  pidfd_.close(ignored);
  capture_->let_go();
}

/// Everything that this instance started and that still runs, but for its leader: also what has left the group.
void process_replica::for_each_follower(const std::function<void(const process_status&)>& found) const {
  for_each_process([own = mark_of(record_.cookie)](replica_mark mark) { return mark == own; },
                   [&](const process_status& process) {
                     if (process.pid != record_.pid) found(process);
                   });
}

void process_replica::signal_group(int signal) {
  // The group's number is its own as long as the leader has not been reaped. Of an inherited one that has ended we
  // can't know that, but then every member is found by its mark.
  if (record_.pid > 1 && !(inherited_ && leader_ended_)) ::kill(-record_.pid, signal);
}

/// Without signals it only looks. Whether anything but the leader runs.
bool process_replica::signal_all(std::initializer_list<int> signals) {
  for (const int signal : signals) signal_group(signal);
  bool any = false;
  for_each_follower([&](const process_status& follower) {
    any = true;
    const bool reached = follower.group == record_.pid && !(inherited_ && leader_ended_);
    if (reached) return;
    for (const int signal : signals) signal_process(follower, signal);
  });
  return any;
}

void process_replica::watch(file_handle pidfd) {
  pidfd_.assign(pidfd.release());
  pidfd_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                    [self = shared_from_this(), instance = instance_](const error_code& problem) {
                      if (!problem && instance == self->instance_) self->on_leader_ended();
                    });
}

void process_replica::on_leader_ended() {
  siginfo_t info{};
  // Left as a zombie for now, so that its pid, and with it the group's number, stays its own.
  const bool ours =
      ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.native_handle()), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
  constexpr int signal_base = 128;
  exit_code_.reset();
  if (ours) exit_code_ = info.si_code == CLD_EXITED ? info.si_status : signal_base + info.si_status;
  exit_text_ = ours ? describe_exit(info) : "ended, how is unknown because an earlier modelgate started it";
  if (!asked_to_stop_ && (memory_at_kill_ || (group_ && group_->ran_out_of_memory())))
    exit_text_ = describe_out_of_memory(record_.spec.limits.memory_bytes, memory_at_kill_);
  leader_ended_ = true;
  probe_timer_.cancel();
  end_timer_.cancel();
  if (!asked_to_stop_) {
    kill_at_ = steady_clock::now();
    give_up_at_ = kill_at_ + patience_with_killed;
  }
  settle();
}

/// The leader has ended: waits for what it left behind, in a stop; ends it, otherwise and after the grace.
void process_replica::settle() {
  const auto now = steady_clock::now();
  const bool any = now >= kill_at_ ? signal_all({SIGKILL}) : signal_all({});
  if (any && now < give_up_at_) {
    if (!asked_to_stop_) set_phase(replica_phase::unready, exit_text_);
    end_timer_.expires_after(follower_interval);
    end_timer_.async_wait([self = shared_from_this(), instance = instance_](const error_code& problem) {
      if (!problem && instance == self->instance_) self->settle();
    });
    return;
  }
  if (any) log::error("runtime", "processes of a replica cannot be ended", {{"replica", record_.spec.name}});
  finish_instance();
}

void process_replica::finish_instance() {
  signal_group(SIGKILL);  // what has shed its marks, too, is still in the group
  error_code problem;
  if (pidfd_.is_open()) {
    siginfo_t info{};
    ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.native_handle()), &info, WEXITED | WNOHANG);
    pidfd_.close(problem);
  }
  if (group_) usage_.look(group_->usage(), steady_clock::now());
  usage_.end_instance(steady_clock::now());
  leave_group();
  capture_->finish();
  end_of_log_->store(true);
  context_.ports.release(record_.port);
  record_.pid = 0;
  if (should_try_another_port()) {
    log::info("runtime", "a replica's port was taken by somebody else: it gets another one",
              {{"replica", record_.spec.name}, {"port", std::uint64_t{record_.port}}});
    ++port_attempts_;
    static_cast<void>(start_instance());  // what goes wrong now is its state
    return;
  }
  std::string ended = with_last_line(exit_text_, capture_->last_line());
  if (!asked_to_stop_) {
    ++record_.failures;
    record_.last_end = ended;
    last_failure_ = {domain::failure_cause::program, exit_code_};
  }
  inherited_.reset();
  has_answered_ = true;
  set_phase(replica_phase::exited, std::move(ended));
}

bool process_replica::should_try_another_port() const {
  constexpr int attempts = 3;
  return ground_ && !asked_to_stop_ && !was_ready_ && port_attempts_ < attempts && is_port_taken(record_.port);
}

void process_replica::leave_group() {
  if (group_) context_.limits.retire(std::move(*group_));
  group_.reset();
  record_.group.reset();
}

bool process_replica::is_polled() const noexcept {
  return !group_ && !has_exited() && !leader_ended_ && record_.pid > 0 && record_.spec.limits.memory_bytes > 0
         && context_.limits.without_group() == limit_method::polling;
}

void process_replica::check_memory(const process_use* used) {
  if (leader_ended_ || asked_to_stop_ || memory_at_kill_) return;
  if (group_) {
    // The kernel may have chosen a process that the replica cannot do without, and not its leader.
    if (group_->ran_out_of_memory()) signal_all({SIGKILL});
    return;
  }
  const auto limit = static_cast<std::uint64_t>(record_.spec.limits.memory_bytes);
  if (used == nullptr || !is_polled() || used->resident <= limit) return;
  const std::uint64_t bytes = proportional_memory(used->processes).value_or(used->resident);
  if (bytes <= limit) return;
  memory_at_kill_ = bytes;
  log::warning("runtime", "a replica is ended because it is over its memory",
               {{"replica", record_.spec.name}, {"bytes", bytes}, {"limit", limit}});
  signal_all({SIGKILL});
}

void process_replica::resume() {
  if (has_exited()) return;
  leader_ended_ = true;
  asked_to_stop_ = record_.phase == replica_phase::stopping;
  kill_at_ = steady_clock::now();
  give_up_at_ = kill_at_ + patience_with_killed;
  const auto is_leader = [&] {
    const auto status = status_of_process(record_.pid);
    const bool is_it = status && status->start_time == record_.start_time && record_.boot_id == boot_id();
    if (is_it && status->ended) ::waitpid(record_.pid, nullptr, WNOHANG);  // in case it was a child of ours
    return is_it && !status->ended
           && is_marked(record_.pid, [own = mark_of(record_.cookie)](replica_mark mark) { return mark == own; });
  };
  file_handle pidfd = is_leader() ? open_pidfd(record_.pid) : file_handle{};
  if (!pidfd || !is_leader()) {  // asked again: the handle tells one process for good, but only once it is open
    exit_text_ = "ended while modelgate was not running";
    asked_to_stop_ = true;  // no failure of its own that we know of
    record_.pid = 0;        // and whoever has its pid and its port now is somebody else
    record_.port = 0;
    settle();
    return;
  }
  leader_ended_ = false;
  usage_.resume_instance();
  inherited_ = std::make_shared<const replica_spec>(record_.spec);
  end_of_log_->store(false);
  context_.ports.keep(record_.port);
  // What its record says holds until the probes say something else: it serves on at once.
  const bool served = record_.phase == replica_phase::ready;
  readiness_ = readiness{served, rules_of(context_.health)};
  has_answered_ = !served;
  was_ready_ = true;
  ready_since_ = steady_clock::now();
  if (const auto resumed = capture_->resume(); !resumed) {
    log::warning("runtime", "the output of a replica that was found running cannot be read",
                 {{"replica", record_.spec.name}, {"why", resumed.error().message()}});
  }
  watch(std::move(pidfd));
  if (std::exchange(asked_to_stop_, false)) {
    stop();
  } else if (is_probed()) {
    start_probing();
  }
  context_.changed(*this);
}

}  // namespace modelgate::control::runtime::process
