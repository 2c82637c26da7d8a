#include "control/runtime/container/container_replica.hpp"

#include "control/runtime/container/container_request.hpp"
#include "control/runtime/driver_thread.hpp"
#include "control/runtime/end_text.hpp"
#include "control/runtime/probe.hpp"
#include "control/runtime/record_file.hpp"

#include "modelgate/base/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstring>
#include <system_error>
#include <utility>

namespace modelgate::control::runtime::container {
namespace {

using domain::replica_phase;
using std::chrono::milliseconds;

constexpr auto as_result = boost::asio::as_tuple(boost::asio::use_awaitable);
constexpr milliseconds pause_before_again{1'000};  ///< between attempts to reach an engine that does not answer
constexpr milliseconds patience_with_log{3'000};   ///< for the last lines of a container that has ended
constexpr milliseconds log_poll{20};
constexpr int signal_base = 128;
constexpr int killed_code = 137;

/// How a container ended, from its exit code.
std::string describe_code(int code) {
  if (code <= signal_base) return "exited with code " + std::to_string(code);
  const int signal = code - signal_base;
  const char* description = ::sigdescr_np(signal);
  return "was ended by signal " + std::to_string(signal)
         + (description == nullptr ? "" : " (" + std::string{description} + ")");
}

}  // namespace

container_replica::container_replica(container_context& context, container_record record)
    : context_{context},
      record_{std::move(record)},
      end_of_log_{std::make_shared<std::atomic<bool>>(true)},
      probe_timer_{context.loop},
      pause_timer_{context.loop},
      socket_{context.replicas / ".sockets", record_.spec.name} {
  std::error_code problem;
  std::filesystem::create_directories(folder(), problem);
  log_ = std::make_shared<container_log>(
      context.loop, context.engine, folder(), context.log,
      [&context, deployment = record_.spec.deployment] { context.log_grew(deployment); });
}

void container_replica::spawn(boost::asio::awaitable<void> work) {
  spawn_on(context_.loop, std::move(work), "looking after " + record_.spec.name);
}

observed_replica container_replica::observe() const {
  const bool comes_up = record_.phase == replica_phase::starting || record_.phase == replica_phase::unready;
  observed_replica seen = observe_life(record_, comes_up, comes_up && up_ ? log_->last_line() : "");
  if (!has_exited() && record_.port != 0) seen.address = address();
  seen.limits = context_.limits.limits;
  seen.limits_by = context_.limits.by;
  seen.usage = usage_.read(record_.spec.limits.memory_bytes);
  if (!record_.last_end.empty()) seen.failure = last_failure_;
  seen.inherited = inherited_;
  seen.answers = has_answered_ || silences_ < rules_of(context_.health).fall;
  return seen;
}

void container_replica::save() {
  if (const auto saved = save_record(folder(), to_json(record_)); !saved) {
    log::warning("runtime", "the state of a replica cannot be written",
                 {{"replica", record_.spec.name}, {"why", saved.error().message()}});
  }
}

void container_replica::set_phase(replica_phase phase, std::string reason) {
  const bool by_its_end = phase == replica_phase::exited && !asked_to_stop_;
  const auto change =
      record_.enter(phase, std::move(reason), system_clock::now(), by_its_end, context_.timing.restart_backoff_max);
  if (change == replica_life::change::none) return;
  if (change == replica_life::change::phase) save();
  context_.changed(*this);
}

void container_replica::resume() {
  if (!record_.image_id.empty())
    context_.images.note(read_image_labels(record_.spec.model_image, record_.labels).description);
  if (has_exited()) return;
  if (record_.port == 0) {  // it was being started, and nobody goes on with that; the next start begins anew
    become_exited("modelgate ended while it was being started", false);
    return;
  }
  up_ = true;
  up_since_ = steady_clock::now();
  inherited_ = std::make_shared<const replica_spec>(record_.spec);
  usage_.resume_instance();
  const bool served = record_.phase == replica_phase::ready;
  readiness_ = readiness{served, rules_of(context_.health)};
  has_answered_ = !served;
  silences_ = 0;
  was_ready_ = true;
  ready_since_ = steady_clock::now();
  log_->resume();
  follow_log();
  if (record_.phase == replica_phase::stopping) {
    record_.phase = replica_phase::draining;
    stop();
  } else if (is_probed()) {
    spawn(probe(instance_));
  }
  context_.changed(*this);
}

void container_replica::drain() {
  if (asked_to_stop_ || has_exited() || record_.phase == replica_phase::draining) return;
  probe_timer_.cancel();
  set_phase(replica_phase::draining, "it gets no new requests");
}

void container_replica::stop() {
  if (asked_to_stop_ || has_exited()) return;
  asked_to_stop_ = true;
  probe_timer_.cancel();
  pause_timer_.cancel();
  set_phase(replica_phase::stopping, "it was asked to end");
  if (fetching_) context_.models->release(record_.spec.name);
  give_up_waiting();
  // One that is being made finds that out by itself, and takes its container away.
  if (up_) spawn(end(instance_));
}

void container_replica::kill() {
  hurried_ = true;
  if (has_exited()) return;
  const bool was_asked = asked_to_stop_;
  stop();
  pause_timer_.cancel();
  if (was_asked && up_) spawn(end(instance_));  // beside the one that waits for the grace
}

void container_replica::let_go() {
  ++instance_;
  probe_timer_.cancel();
  pause_timer_.cancel();
  give_up_waiting();
  log_->stop();
}

/// For what comes from elsewhere.
void container_replica::give_up_waiting() {
  if (pulling_) pulling_->cancel();
  if (fetching_) fetching_->cancel();
}

void container_replica::remove() {
  if (!has_exited() || removing_) return;
  removing_ = true;
  spawn(take_away());
}

boost::asio::awaitable<void> container_replica::pause(milliseconds time) {
  pause_timer_.expires_after(time);
  const auto [woken] = co_await pause_timer_.async_wait(as_result);
  static_cast<void>(woken);
}

/// Until it is gone: an engine that is away must not make us forget what it will still have when it is back.
boost::asio::awaitable<void> container_replica::take_away() {
  const auto self = shared_from_this();
  const std::uint32_t instance = instance_;
  const std::string name = container_name(record_.spec, context_.instance);
  while (instance == instance_) {
    const auto gone = co_await context_.engine.remove(name);
    if (instance != instance_) co_return;
    if (gone) break;
    log::warning("runtime", "a container cannot be removed yet",
                 {{"replica", record_.spec.name}, {"why", gone.error().message}});
    co_await pause(pause_before_again);
  }
  if (instance != instance_) co_return;
  socket_.remove();
  removed_ = true;
  context_.changed(*this);
}

/// Asks the engine to end it, until it has ended or its instance has.
boost::asio::awaitable<void> container_replica::end(std::uint32_t instance) {
  const auto self = shared_from_this();
  while (instance == instance_ && !has_exited()) {
    const milliseconds grace = hurried_ ? milliseconds{0} : context_.timing.stop_grace;
    const auto ended = co_await context_.engine.stop(record_.container, grace);
    if (instance != instance_ || has_exited()) co_return;
    if (ended) {
      co_await finish(instance);
      co_return;
    }
    co_await pause(pause_before_again);
  }
}

boost::asio::awaitable<void> container_replica::wait_for_log() {
  const steady_time enough = steady_clock::now() + patience_with_log;
  const std::uint32_t instance = instance_;
  while (!log_->is_complete() && steady_clock::now() < enough && instance == instance_) co_await pause(log_poll);
}

/// Where its container runs no more: says how it ended, when its last lines have been read.
boost::asio::awaitable<void> container_replica::finish(std::uint32_t instance) {
  const auto self = shared_from_this();
  if (looking_ || finishing_ || has_exited()) co_return;
  looking_ = true;
  const auto found = co_await context_.engine.inspect(record_.container);
  if (instance != instance_) co_return;
  looking_ = false;
  // Otherwise the next look decides.
  if ((!found && !found.error().is_absent()) || (found && found->running)) co_return;
  finishing_ = true;
  probe_timer_.cancel();
  co_await wait_for_log();
  if (instance != instance_ || has_exited()) co_return;
  std::string how = "its container was removed by somebody else";
  if (found) {
    how = describe_code(found->exit_code);
    // Podman does not tell: a SIGKILL that was not ours is the kernel's, as far as anybody can know.
    const bool out_of_memory =
        found->out_of_memory
        || (context_.engine.is_podman() && found->exit_code == killed_code && record_.spec.limits.memory_bytes > 0);
    if (out_of_memory && !asked_to_stop_) how = describe_out_of_memory(record_.spec.limits.memory_bytes, {});
    if (!found->error.empty() && found->exit_code != 0 && !out_of_memory && !was_ready_) how += ": " + found->error;
  }
  log_->stop();
  last_failure_ = {domain::failure_cause::program, found ? std::optional{found->exit_code} : std::nullopt};
  become_exited(with_last_line(std::move(how), log_->last_line()), !asked_to_stop_);
}

void container_replica::become_exited(std::string reason, bool is_failure) {
  ++instance_;
  up_ = false;
  looking_ = false;
  finishing_ = false;
  pulling_.reset();
  end_of_log_->store(true);
  record_.port = 0;
  if (is_failure) {
    ++record_.failures;
    record_.last_end = reason;
  }
  inherited_.reset();
  has_answered_ = true;
  usage_.end_instance(steady_clock::now());
  // Each failed attempt counts from its own time on, or the back-off would not hold.
  if (has_exited()) record_.phase = replica_phase::starting;
  set_phase(replica_phase::exited, std::move(reason));
}

void container_replica::on_listed(const container_entry* entry, steady_time asked_at) {
  if (!up_ || has_exited() || finishing_ || asked_at < up_since_) return;
  if (entry != nullptr && (entry->running || entry->created)) {
    // An engine that was restarted may publish it elsewhere.
    if (entry->published_port == 0 || entry->published_port == record_.port) return;
    record_.port = entry->published_port;
    save();
    context_.changed(*this);
    return;
  }
  spawn(finish(instance_));
}

void container_replica::follow_log() {
  end_of_log_ = std::make_shared<std::atomic<bool>>(false);
  spawn(log_->follow(record_.container));
}

void container_replica::look_at_usage() {
  if (!up_ || has_exited() || reads_usage_) return;
  reads_usage_ = true;
  spawn(read_usage(instance_));
}

boost::asio::awaitable<void> container_replica::read_usage(std::uint32_t instance) {
  const auto self = shared_from_this();
  const auto use = co_await context_.engine.use_of(record_.container);
  reads_usage_ = false;
  if (!use || instance != instance_ || !up_) co_return;
  usage_.look({use->cpu_seconds, use->throttled_seconds, use->memory_bytes}, steady_clock::now());
  context_.changed(*this);
}

bool container_replica::is_probed() const noexcept {
  return up_ && !asked_to_stop_ && !finishing_
         && (record_.phase == replica_phase::starting || record_.phase == replica_phase::ready
             || record_.phase == replica_phase::unready);
}

net::endpoint container_replica::address() const {
  if (record_.listens_on_socket) return {socket_.path(), 0};
  return {"127.0.0.1", record_.port};
}

/// A replica listens at its port or on its socket, and the socket is there as soon as it does. Asked while it is not
/// ready, as it may have made another one since.
void container_replica::look_for_socket() {
  if (record_.phase == replica_phase::ready || !record_.may_use_socket) return;
  const bool found = socket_.find();
  if (found == record_.listens_on_socket) return;
  record_.listens_on_socket = found;
  save();
  context_.changed(*this);
}

boost::asio::awaitable<void> container_replica::probe(std::uint32_t instance) {
  const auto self = shared_from_this();
  bool was_warmed_up = false;
  while (instance == instance_ && is_probed()) {
    look_for_socket();
    probe_peer peer;
    peer.address = address();
    const steady_time deadline = steady_clock::now() + context_.timing.probe_timeout;
    std::optional<std::string> complaint = co_await probe_health(peer, record_.health_path, deadline);
    if (instance != instance_ || !is_probed()) co_return;
    const bool warms_up = !complaint && record_.warm_up;
    if (warms_up) {
      // Only the first time: after that the status says what was wrong with the last answer.
      if (!std::exchange(was_warmed_up, true)) set_phase(record_.phase, "its example request is under way");
      const steady_time patience = steady_clock::now() + context_.health.warm_up_timeout;
      warm_up_request example = *record_.warm_up;
      complaint = co_await probe_example(peer, std::move(example), patience);
      if (instance != instance_ || !is_probed()) co_return;
      if (!complaint) record_.warm_up.reset();
    }
    if (complaint && record_.phase == replica_phase::ready) {
      co_await finish(instance);  // it may be that it has ended, and nobody has told yet
      if (instance != instance_ || !is_probed()) co_return;
    }
    on_probe(complaint);
    const auto& timing = context_.timing;
    milliseconds interval = record_.phase == replica_phase::ready ? timing.probe_interval : timing.start_interval;
    if (warms_up && complaint) interval = context_.health.warm_up_interval;
    probe_timer_.expires_after(context_.pace.next(interval));
    const auto [woken] = co_await probe_timer_.async_wait(as_result);
    if (woken) co_return;
  }
}

void container_replica::on_probe(const std::optional<std::string>& complaint) {
  if (context_.counts != nullptr) context_.counts->on_probe(record_.spec.deployment, !complaint);
  silences_ = complaint && !context_.engine_is_away ? silences_ + 1 : 0;
  const bool changed = readiness_.on_probe(!complaint);
  const auto now = steady_clock::now();
  if (!complaint && !std::exchange(has_answered_, true)) {
    log::info("runtime", "a container that was found running serves on", {{"replica", record_.spec.name}});
    context_.changed(*this);
  }
  if (readiness_.ready()) {
    if (changed) ready_since_ = now;
    const bool has_started = !std::exchange(was_ready_, true);
    if (has_started && context_.counts != nullptr) context_.counts->on_start(record_.spec.deployment, now - asked_at_);
    // A time of being well wipes out earlier failures: the next one is a first one again.
    if (record_.failures > 0 && now - ready_since_ >= context_.timing.restart_backoff_max) {
      record_.failures = 0;
      record_.last_end.clear();
      save();
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

}  // namespace modelgate::control::runtime::container
