#include "control/reconcile/reconciler.hpp"

#include "control/reconcile/revision_timing.hpp"
#include "control/reconcile/summarise.hpp"

#include "modelgate/base/log.hpp"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace modelgate::control::reconcile {
namespace {

using runtime::observed_replica;

template <class... Handlers>
struct overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
overloaded(Handlers...) -> overloaded<Handlers...>;

bool lists(const config::snapshot& snapshot, const observed_replica& replica) {
  for (const auto& deployment : snapshot.deployments) {
    if (deployment->id != replica.deployment) continue;
    return std::any_of(deployment->endpoints.begin(), deployment->endpoints.end(),
                       [&](const config::endpoint_config& endpoint) { return endpoint.replica == replica.name; });
  }
  return false;
}

void lower(std::optional<std::chrono::milliseconds>& least, std::optional<std::chrono::milliseconds> pause) {
  if (pause && (!least || *pause < *least)) least = pause;
}

}  // namespace

reconciler::reconciler(store::desired_state& store, runtime::runtime_driver& driver, publish_function publisher,
                       config::gateway_link& gateway, const reconciler_settings& settings)
    : store_{store}, driver_{driver}, publisher_{std::move(publisher)}, gateway_{gateway}, settings_{settings} {}

reconciler::~reconciler() {
  stop();
}

void reconciler::start() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = false;
    wake_ = true;
  }
  driver_.set_change_listener([this] { wake(); });
  thread_ = std::thread{[this] {
    ::pthread_setname_np(::pthread_self(), "reconciler");
    run();
  }};
}

void reconciler::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  woken_.notify_all();
  answered_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
  driver_.set_change_listener({});
}

void reconciler::set_shared(bool shared) {
  {
    const std::lock_guard lock{mutex_};
    shared_ = shared;
  }
  wake();
}

config::snapshot_ptr reconciler::live() const {
  const std::lock_guard lock{mutex_};
  return live_;
}

void reconciler::wake() {
  {
    const std::lock_guard lock{mutex_};
    wake_ = true;
  }
  woken_.notify_one();
}

void reconciler::reconfigure(const reconciler_settings& settings) {
  {
    const std::lock_guard lock{mutex_};
    next_settings_ = settings;
  }
  wake();
}

bool reconciler::publish_and_wait(steady_time deadline) {
  std::uint64_t generation = 0;
  {
    std::unique_lock lock{mutex_};
    const std::uint64_t request = ++requests_;
    wake_ = true;
    woken_.notify_one();
    const bool answered =
        answered_.wait_until(lock, deadline, [&] { return stopping_ || answered_requests_ >= request; });
    if (!answered || answered_requests_ < request) return false;
    generation = answered_generation_;
  }
  return gateway_.wait_until_live(generation, deadline);
}

domain::deployment_status reconciler::status_of(const domain::deployment& deployment,
                                                const std::string& refusal) const {
  return std::move(statuses_of(std::vector<status_question>{{deployment, refusal}}).front());
}

std::vector<domain::deployment_status> reconciler::statuses_of(const std::vector<status_question>& questions) const {
  config::snapshot_ptr served;
  std::map<std::string, waiting_rollback> waiting;
  {
    const std::lock_guard lock{mutex_};
    served = live_;
    waiting = waiting_;
  }
  const auto observed = driver_.observe();
  const system_time now = system_clock::now();
  std::vector<domain::deployment_status> statuses;
  for (const auto& [deployment, refusal] : questions) {
    const auto source = deployment.current.spec.external
                            ? driver_.source(deployment.id, deployment.current.replica_revision)
                            : std::nullopt;
    domain::deployment_status status = summarise(deployment, refusal, observed, served.get(), now, source);
    const auto waits = waiting.find(deployment.id);
    const bool is_stuck = waits != waiting.end() && waits->second.failed == deployment.current.number;
    if (is_stuck && status.phase == domain::deployment_phase::failed) status.message += "\n" + waits->second.text;
    statuses.push_back(std::move(status));
  }
  return statuses;
}

void reconciler::run() {
  steady_time next = steady_clock::now();
  for (;;) {
    {
      std::unique_lock lock{mutex_};
      woken_.wait_until(lock, next, [this] { return stopping_ || wake_; });
      if (stopping_) return;
      wake_ = false;
      if (const auto next_settings = std::exchange(next_settings_, std::nullopt)) settings_ = *next_settings;
    }
    const steady_time begin = steady_clock::now();
    bool threw = false;
    try {
      next = pass();
    } catch (const std::exception& problem) {  // the root of this thread: serving must go on
      log::error("reconciler", "a pass threw: this is a bug", {{"what", problem.what()}});
      next = steady_clock::now() + settings_.storage_backoff_max;
      threw = true;
    }
    stats_.on_pass(steady_clock::now() - begin, threw || store_failed_, system_clock::now());
    if (pass_listener_) pass_listener_();
  }
}

steady_time reconciler::pass() {
  std::uint64_t request = 0;
  {
    const std::lock_guard lock{mutex_};
    request = requests_;
  }
  store_failed_ = false;
  const bool fresh = load();
  auto next = steady_clock::now() + settings_.resync;
  const auto look_again_in = [&](std::chrono::milliseconds pause) {
    next = std::min(next, steady_clock::now() + std::max(pause, std::chrono::milliseconds{0}));
  };
  if (!desired_) {
    look_again_in(storage_pause_);
    return next;
  }

  follow_sources();
  const auto observed = driver_.observe();
  publish(observed, request, fresh);
  if (!live_ || live_->generation < published_->generation) look_again_in(settings_.plan.drain_poll);

  const system_time now = system_clock::now();
  const plan_outcome outcome = plan(*desired_, observed, find_drained(observed), now, settings_.plan);
  for (const action& step : outcome.actions) act(step);
  if (const auto pause = judge_revisions(observed, now)) look_again_in(*pause);
  if (store_failed_) {
    look_again_in(storage_pause_);
  } else {
    if (std::exchange(storage_pause_, {}).count() > 0) log::info("reconciler", "the store answers again");
    // The driver tells of what its actions changed; this is for the one that changed nothing.
    if (!outcome.actions.empty()) look_again_in(settings_.plan.drain_poll);
  }
  if (outcome.wake_at) look_again_in(std::chrono::ceil<std::chrono::milliseconds>(*outcome.wake_at - now));
  return next;
}

/// Reads the desired state. False: it is what it was before, if anything.
bool reconciler::load() {
  auto loaded = store_.load_desired();
  if (!loaded) {
    complain(loaded.error());
    return false;
  }
  desired_ = std::move(*loaded);
  return true;
}

/// Tells the driver where external replicas are, and takes from it how many.
void reconciler::follow_sources() {
  std::vector<runtime::replica_source> sources;
  std::vector<store::desired_deployment*> of;
  for (store::desired_deployment& entry : *desired_) {
    const domain::revision& current = entry.deployment.current;
    if (!current.spec.external || current.spec.stop || entry.deployment.deleting || !entry.refusal.empty()) continue;
    sources.push_back({entry.deployment.id, current.replica_revision, *current.spec.external});
    of.push_back(&entry);
  }
  driver_.follow(sources);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto found = driver_.source(sources[i].deployment, sources[i].revision);
    of[i]->deployment.current.spec.replicas = found ? found->replicas : 0;
  }
}

void reconciler::complain(const error_code& problem) {
  if (std::exchange(store_failed_, true)) return;
  if (storage_pause_ == std::chrono::milliseconds{0}) {
    log::error("reconciler", "the store fails; what runs goes on, and it is asked again", {{"why", problem.message()}});
  }
  storage_pause_ = std::clamp(2 * storage_pause_, settings_.storage_backoff, settings_.storage_backoff_max);
}

void reconciler::publish(const std::vector<observed_replica>& observed, std::uint64_t request, bool fresh) {
  published_ = publisher_(*desired_, observed);
  stats_.on_built(published_->generation);
  if (fresh) {
    const std::lock_guard lock{mutex_};
    answered_requests_ = request;
    answered_generation_ = published_->generation;
  }
  answered_.notify_all();
  if (live_ == published_) return;
  if (!gateway_.wait_until_live(published_->generation, steady_clock::now() + settings_.live_patience)) return;
  stats_.on_live(published_->generation);
  const std::lock_guard lock{mutex_};
  live_ = published_;
}

/// Remembers which revisions are good, and takes those back that failed and whose owners want it so. When to look again:
/// at once when the desired state is another one now, else when the next revision would have failed.
std::optional<std::chrono::milliseconds> reconciler::judge_revisions(const std::vector<observed_replica>& observed,
                                                                     system_time now) {
  std::optional<std::chrono::milliseconds> look_again;
  std::map<std::string, waiting_rollback> waiting;
  for (const store::desired_deployment& entry : *desired_) {
    const domain::deployment& deployment = entry.deployment;
    const domain::revision& current = deployment.current;
    if (current.spec.stop || deployment.deleting || !entry.refusal.empty()) continue;
    if (deployment.good_replica_revision == current.replica_revision) continue;
    const auto proving = prove_earlier(entry, observed, now);
    lower(look_again, proving);
    const auto source = current.spec.external ? driver_.source(deployment.id, current.replica_revision) : std::nullopt;
    const auto status = summarise(deployment, entry.refusal, observed, live_.get(), now, source);
    result<void> written;
    if (status.phase == domain::deployment_phase::deployed) {
      // Where nothing better is known, it is good at once.
      const auto left = deployment.good_replica_revision
                            ? time_to_settle(deployment.id, current.replica_revision, current.spec.replicas,
                                             settings_.settle_time, observed, now)
                            : std::chrono::milliseconds{0};
      if (!left || left->count() > 0) {
        lower(look_again, left);
        continue;
      }
      written = store_.mark_good(deployment.id, current.number);
    } else if (status.phase == domain::deployment_phase::failed && current.spec.auto_rollback && proving) {
      continue;  // what serves on is about to be the one that comes back
    } else if (status.phase == domain::deployment_phase::failed && current.spec.auto_rollback
               && !entry.fallback_obstacle.empty()) {
      waiting[deployment.id] = {current.number, entry.fallback_obstacle};
      continue;
    } else if (status.phase == domain::deployment_phase::failed && current.spec.auto_rollback && entry.fallback) {
      const result<store::rollback_outcome> back = store_.roll_back(deployment.id, current.number, status.message);
      if (back && !back->made) {  // the next pass asks again
        if (!back->obstacle.empty()) waiting[deployment.id] = {current.number, back->obstacle};
        continue;
      }
      if (back) {
        log::warning("reconciler", "a revision has failed: the last good one comes back",
                     {{"deployment", deployment.id}, {"revision", current.number}, {"why", status.message}});
        stats_.on_rollback();
      } else {
        written = back.error();
      }
    } else {
      // What makes it good wakes us; that its time is over, nobody tells.
      lower(look_again, time_to_fail(entry, observed, source, now));
      continue;
    }
    if (written)
      look_again = std::chrono::milliseconds{0};
    else
      complain(written.error());
  }
  keep_waiting(std::move(waiting));
  return look_again;
}

/// A revision that served well until this one came is a better one to go back to than one before it. When to look again.
std::optional<std::chrono::milliseconds> reconciler::prove_earlier(const store::desired_deployment& entry,
                                                                   const std::vector<observed_replica>& observed,
                                                                   system_time now) {
  for (const store::unproven_revision& earlier : entry.unproven) {
    const auto left = time_to_settle(entry.deployment.id, earlier.replica_revision, earlier.replicas,
                                     settings_.settle_time, observed, now);
    if (!left) continue;
    if (left->count() > 0) return left;
    const auto written = store_.mark_good(entry.deployment.id, earlier.number);
    if (written) return std::chrono::milliseconds{0};
    complain(written.error());
    return std::nullopt;
  }
  return std::nullopt;
}

/// For those who ask for a status; in the log once for each.
void reconciler::keep_waiting(std::map<std::string, waiting_rollback> waiting) {
  std::map<std::string, waiting_rollback> before;
  {
    const std::lock_guard lock{mutex_};
    before = std::exchange(waiting_, waiting);
  }
  for (const auto& [deployment, rollback] : waiting) {
    const auto known = before.find(deployment);
    if (known != before.end() && known->second.failed == rollback.failed) continue;
    log::warning("reconciler", "a rollback cannot be made now", {{"deployment", deployment}, {"why", rollback.text}});
  }
}

std::set<std::string> reconciler::find_drained(const std::vector<observed_replica>& observed) const {
  std::set<std::string> drained;
  {
    const std::lock_guard lock{mutex_};
    if (shared_) return drained;
  }
  for (const observed_replica& replica : observed) {
    const bool leaves = replica.phase == domain::replica_phase::draining;
    if (leaves && live_ == published_ && !lists(*live_, replica)) drained.insert(replica.name);
  }
  if (drained.empty()) return drained;
  // Asked after the last snapshot was seen live: nobody can add a request to one of these any more.
  for (const config::endpoint_load& load : gateway_.observe().endpoints) {
    if (load.in_flight > 0) drained.erase(load.replica);
  }
  return drained;
}

void reconciler::act(const action& step) {
  log::debug("reconciler", to_string(step));
  std::visit(overloaded{[&](const start_replica& it) {
                          if (const auto started = driver_.start(it.spec); !started) {
                            log::warning("reconciler", "a replica could not be started",
                                         {{"replica", it.spec.name}, {"why", started.error()}});
                          }
                        },
                        [&](const drain_replica& it) { driver_.drain(it.name); },
                        [&](const stop_replica& it) { driver_.stop(it.name); },
                        [&](const remove_replica& it) { driver_.remove(it.name); },
                        [&](const forget_deployment& it) {
                          driver_.forget_deployment(it.deployment);
                          if (const auto erased = store_.erase_deleted(it.deployment); !erased)
                            complain(erased.error());
                        }},
             step);
}

}  // namespace modelgate::control::reconcile
