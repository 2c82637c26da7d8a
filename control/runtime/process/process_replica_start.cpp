// How a replica starts, and how it is found ready: the other half of process_replica.cpp.
#include "control/runtime/end_text.hpp"
#include "control/runtime/probe.hpp"
#include "control/runtime/process/data_folder_guard.hpp"
#include "control/runtime/process/exit_text.hpp"
#include "control/runtime/process/process_replica.hpp"
#include "control/runtime/process/replica_environment.hpp"

#include "modelgate/base/ids.hpp"
#include "modelgate/base/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <utility>

namespace modelgate::control::runtime::process {
namespace {

using domain::replica_phase;
using std::chrono::milliseconds;

constexpr milliseconds patience_with_start{10'000};  ///< for the fork to become the program; usually a few milliseconds
constexpr std::size_t nonce_size = 20;

std::string unwritten(const std::filesystem::path& folder, const error_code& why) {
  return "its state cannot be written to \"" + folder.native() + "\": " + why.message();
}

}  // namespace

result<void, std::string> process_replica::launch(const replica_spec& spec, launch_ground ground) {
  if (record_.begin(spec, system_clock::now())) ++record_.restarts;
  ground_ = std::move(ground);
  port_attempts_ = 0;
  return start_instance();
}

void process_replica::fail_to_launch(const replica_spec& spec, const std::string& why, domain::failure_cause cause) {
  static_cast<void>(record_.begin(spec, system_clock::now()));
  static_cast<void>(fail(why, cause));
}

/// The replica has exited before it began.
result<void, std::string> process_replica::fail(const std::string& why, domain::failure_cause cause) {
  ++record_.failures;
  last_failure_ = {cause, {}};
  record_.pid = 0;
  // Each failed attempt counts from its own time on, or the back-off would not hold.
  record_.phase = replica_phase::starting;
  record_.last_end = "could not be started: " + why;
  set_phase(replica_phase::exited, record_.last_end);
  return why;
}

result<void, std::string> process_replica::start_instance() {
  ++instance_;
  inherited_.reset();
  has_answered_ = true;
  asked_to_stop_ = false;
  leader_ended_ = false;
  was_ready_ = false;
  memory_at_kill_.reset();
  usage_.begin_instance(steady_clock::now());
  ledger_ = {};
  readiness_ = readiness{false, rules_of(context_.health)};
  const auto port = context_.ports.take();
  if (!port) return fail("there is no free port on 127.0.0.1");
  record_.port = *port;
  offer_socket();
  record_.pid = 0;
  record_.start_time = 0;
  record_.boot_id = boot_id();
  record_.cookie = context_.cookie_prefix + random_name_suffix(nonce_size);
  record_.health_path = ground_->health_path;
  record_.image_copy = ground_->image_copy;
  record_.warm_up = ground_->warm_up;
  record_.phase = replica_phase::starting;
  record_.reason = "its program is starting";
  record_.since = system_clock::now();

  end_of_log_ = std::make_shared<std::atomic<bool>>(false);
  auto started = fork_and_release();
  if (!started) {
    leave_group();
    capture_->finish();
    end_of_log_->store(true);
    context_.ports.release(record_.port);
    return fail(started.error());
  }
  context_.changed(*this);
  start_probing();
  return {};
}

/// The same for each instance; what an earlier one left there would be in the way of the next.
void process_replica::offer_socket() {
  const std::filesystem::path& path = ground_->socket;
  const bool fits = path.is_absolute() && path.native().size() <= net::longest_socket_path;
  record_.socket = fits ? path.native() : "";
  record_.listens_on_socket = false;
  if (fits) ::unlink(path.c_str());
}

/// A replica listens at its port or on its socket, and the socket is there as soon as it does. Asked until it is ready
/// for the first time: one that serves does not move.
void process_replica::look_for_socket() {
  if (was_ready_ || inherited_ || record_.socket.empty()) return;
  struct stat found {};
  record_.listens_on_socket = ::lstat(record_.socket.c_str(), &found) == 0 && S_ISSOCK(found.st_mode);
}

net::endpoint process_replica::address() const {
  if (!record_.listens_on_socket) return {"127.0.0.1", record_.port};
  return {record_.socket, 0, context_.user ? context_.user->user : ::geteuid()};
}

result<launch_order, std::string> process_replica::make_order(const file_handle& guard) const {
  auto environment = make_environment({record_.spec, ground_->image_environment, record_.port, record_.cookie,
                                       ground_->own_folder, record_.socket, ground_->model});
  if (!environment) return environment.error();
  launch_order order;
  order.command = ground_->command;
  for (const auto& [name, value] : *environment) order.environment.push_back(name + "=" + value);
  order.search_path = environment->at("PATH");
  order.working_folder = ground_->working_folder;
  order.output = capture_->fifo(log_stream::standard_output);
  order.errors = capture_->fifo(log_stream::standard_error);
  order.user = context_.user;
  order.guard = guard.get();
  order.mark = mark_of(record_.cookie);
  return order;
}

result<void, std::string> process_replica::fork_and_release() {
  // Written down first: should modelgate end in the middle of this, the next one knows what to look for.
  if (const auto saved = save(); !saved) return unwritten(folder_, saved.error());
  if (const auto begun = capture_->begin_instance(); !begun) {
    return "its output cannot be captured: " + begun.error().message();
  }
  const file_handle guard = context_.guarded ? make_guard(context_.data_folder) : file_handle{};
  if (context_.guarded && !guard) return "the data folder could not be hidden from it";
  const auto order = make_order(guard);
  if (!order) return order.error();

  const auto reap = [&] {
    while (::waitpid(record_.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  };
  auto child = gated_child::fork(*order);
  if (!child) return child.error();
  record_.pid = child->process().pid;
  record_.start_time = child->process().start_time;
  enter_group();
  if (const auto saved = save(); !saved) {
    child->abandon();
    reap();
    return unwritten(folder_, saved.error());
  }
  if (auto released = child->release(*order, patience_with_start); !released) {
    reap();
    return released.error();
  }
  watch(child->take_pidfd());
  return {};
}

/// While the child is still held at its gate: it, and whatever it starts, never runs outside.
void process_replica::enter_group() {
  record_.group.reset();
  group_ = context_.limits.make(record_.spec.name, record_.spec.limits);
  if (!group_) return;
  record_.group = group_->record();
  const auto added = group_->add(record_.pid);
  if (added) return;
  log::warning("runtime", "a replica runs in no control group: its memory is looked at instead",
               {{"replica", record_.spec.name}, {"why", added.error()}});
  leave_group();
}

bool process_replica::is_probed() const noexcept {
  return !asked_to_stop_ && !leader_ended_
         && (record_.phase == replica_phase::starting || record_.phase == replica_phase::ready
             || record_.phase == replica_phase::unready);
}

void process_replica::start_probing() {
  auto on_end = [self = shared_from_this()](const std::exception_ptr& problem) {
    if (!problem) return;
    try {
      std::rethrow_exception(problem);
    } catch (const std::exception& what) {
      log::error("runtime", "probing a replica failed: this is a bug",
                 {{"replica", self->record_.spec.name}, {"what", what.what()}});
    }
  };
  boost::asio::co_spawn(context_.loop, probe(instance_), std::move(on_end));
}

boost::asio::awaitable<void> process_replica::probe(std::uint32_t instance) {
  bool was_warmed_up = false;
  while (instance == instance_ && is_probed()) {
    std::optional<std::string> complaint = co_await ask_health();
    if (instance != instance_ || !is_probed()) co_return;
    const bool warms_up = !complaint && record_.warm_up;
    if (warms_up) {
      // Only the first time: after that the status says what was wrong with the last answer.
      if (!std::exchange(was_warmed_up, true)) set_phase(record_.phase, "its example request is under way");
      complaint = co_await ask_example();
      if (instance != instance_ || !is_probed()) co_return;
      if (!complaint) record_.warm_up.reset();
    }
    on_probe(complaint);
    const auto& settings = context_.settings;
    milliseconds interval = record_.phase == replica_phase::ready ? settings.probe_interval : settings.start_interval;
    if (warms_up && complaint) interval = context_.health.warm_up_interval;
    probe_timer_.expires_after(context_.pace.next(interval));
    const auto [problem] = co_await probe_timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (problem) co_return;
  }
}

/// What is wrong; absent when all is well.
boost::asio::awaitable<std::optional<std::string>> process_replica::ask_health() {
  look_for_socket();
  probe_peer peer;
  peer.address = address();
  const steady_time deadline = steady_clock::now() + context_.settings.probe_timeout;
  co_return co_await probe_health(std::move(peer), record_.health_path, deadline);
}

boost::asio::awaitable<std::optional<std::string>> process_replica::ask_example() {
  probe_peer peer;
  peer.address = address();
  const steady_time deadline = steady_clock::now() + context_.health.warm_up_timeout;
  co_return co_await probe_example(std::move(peer), *record_.warm_up, deadline);
}

void process_replica::on_probe(const std::optional<std::string>& complaint) {
  if (context_.counts != nullptr) context_.counts->on_probe(record_.spec.deployment, !complaint);
  const bool changed = readiness_.on_probe(!complaint);
  const auto now = steady_clock::now();
  if (!complaint && !std::exchange(has_answered_, true)) {
    log::info("runtime", "a replica that was found running serves on",
              {{"replica", record_.spec.name}, {"pid", std::int64_t{record_.pid}}});
    context_.changed(*this);
  }
  if (readiness_.ready()) {
    if (changed) ready_since_ = now;
    const bool has_started = !std::exchange(was_ready_, true);
    if (has_started && context_.counts != nullptr)
      context_.counts->on_start(record_.spec.deployment, now - ground_->asked_at);
    // A time of being well wipes out earlier failures: the next one is a first one again.
    if (record_.failures > 0 && now - ready_since_ >= context_.settings.restart_backoff_max) {
      record_.failures = 0;
      record_.last_end.clear();
      static_cast<void>(save());
      context_.changed(*this);
    }
    set_phase(replica_phase::ready, "");
    return;
  }
  if (record_.phase == replica_phase::starting) {
    set_phase(replica_phase::starting, "it is not ready yet: " + complaint.value_or("too few good answers so far"));
  } else {
    set_phase(replica_phase::unready, "it does not answer well: " + complaint.value_or("too few good answers since"));
  }
  context_.changed(*this);  // its last log line may be another one
}

}  // namespace modelgate::control::runtime::process
