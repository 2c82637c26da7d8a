#include "control/reconcile/reconciler.hpp"

#include "control/reconcile/replicas_by_deployment.hpp"
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
  const auto* deployment = config::find_deployment(snapshot, replica.deployment);
  return deployment != nullptr
         && std::any_of((*deployment)->endpoints.begin(), (*deployment)->endpoints.end(),
                        [&](const config::endpoint_config& endpoint) { return endpoint.replica == replica.name; });
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
  loaded_ = false;  // meanwhile another program may have been in charge
  starter_.start();
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
  starter_.close();
  if (!thread_.joinable()) return;
  thread_.join();
  starter_.stop();
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
  const replicas_by_deployment replicas{observed};
  const system_time now = system_clock::now();
  std::vector<domain::deployment_status> statuses;
  for (const auto& [deployment, refusal] : questions) {
    const auto source = deployment.current.spec.external
                            ? driver_.source(deployment.id, deployment.current.replica_revision)
                            : std::nullopt;
    domain::deployment_status status =
        summarise(deployment, refusal, replicas.of(deployment.id), find_entry(served, deployment.id), now, source);
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
  bool is_awaited = false;
  {
    const std::lock_guard lock{mutex_};
    request = requests_;
    is_awaited = request > answered_requests_;
  }
  store_failed_ = false;
  const bool fresh = load(is_awaited);
  auto next = steady_clock::now() + settings_.resync;
  const auto look_again_in = [&](std::chrono::milliseconds pause) {
    next = std::min(next, steady_clock::now() + std::max(pause, std::chrono::milliseconds{0}));
  };
  if (!loaded_) {
    look_again_in(storage_pause_);
    return next;
  }

  follow_sources();
  starter_.begin_observation();
  const auto observed = driver_.observe();
  publish(observed, request, fresh);
  if (!live_ || live_->generation < published_->generation) look_again_in(settings_.plan.drain_poll);

  const system_time now = system_clock::now();
  const plan_outcome outcome = plan(wanted(observed), observed, view_of_gateway(observed), now, settings_.plan);
  std::vector<runtime::replica_spec> starts;
  for (const action& step : outcome.actions) {
    if (const auto* const it = std::get_if<start_replica>(&step)) starts.push_back(it->spec);
  }
  starter_.want(std::move(starts));
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

/// Reads what has changed of the desired state. False: it is what it was before, if anything.
bool reconciler::load(bool is_awaited) {
  const steady_time now = steady_clock::now();
  const bool is_whole = !loaded_ || (now >= reread_at_ && !is_awaited);
  auto changes = store_.load_changes(is_whole ? 0 : desired_.until());
  if (!changes) {
    complain(changes.error());
    return false;
  }
  if (changes->is_everything) reread_at_ = now + settings_.reread;
  desired_.apply(std::move(*changes));
  loaded_ = true;
  return true;
}

/// Tells the driver where external replicas are, and takes from it how many.
void reconciler::follow_sources() {
  std::vector<runtime::replica_source> sources;
  for (const store::desired_ptr& entry : desired_.active()) {
    const domain::revision& current = entry->deployment.current;
    if (!current.spec.external || current.spec.stop || entry->deployment.deleting || !entry->refusal.empty()) continue;
    sources.push_back({entry->deployment.id, current.replica_revision, *current.spec.external});
  }
  driver_.follow(sources);
  external_.clear();
  for (const runtime::replica_source& each : sources) {
    const auto found = driver_.source(each.deployment, each.revision);
    external_.emplace_hint(external_.end(), each.deployment, found ? found->replicas : 0);
  }
}

/// What may have to be done something for: what is to run or to go, and what else has replicas.
std::vector<wanted_deployment> reconciler::wanted(const std::vector<observed_replica>& observed) const {
  std::vector<wanted_deployment> answer;
  for (const store::desired_ptr& entry : desired_.active()) {
    const auto source = external_.find(entry->deployment.id);
    answer.push_back({*entry, source == external_.end() ? entry->deployment.current.spec.replicas : source->second});
  }
  std::set<std::string_view> idle;
  for (const observed_replica& replica : observed) {
    const store::desired_deployment* entry = desired_.find(replica.deployment);
    if (entry != nullptr && !is_active(*entry) && idle.insert(entry->deployment.id).second)
      answer.push_back({*entry, entry->deployment.current.spec.replicas});
  }
  return answer;
}

void reconciler::complain(const error_code& problem) {
  if (std::exchange(store_failed_, true)) return;
  if (storage_pause_ == std::chrono::milliseconds{0}) {
    log::error("reconciler", "the store fails; what runs goes on, and it is asked again", {{"why", problem.message()}});
  }
  storage_pause_ = std::clamp(2 * storage_pause_, settings_.storage_backoff, settings_.storage_backoff_max);
}

void reconciler::publish(const std::vector<observed_replica>& observed, std::uint64_t request, bool fresh) {
  published_ = publisher_(desired_.all(), observed);
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

gateway_view reconciler::view_of_gateway(const std::vector<observed_replica>& observed) const {
  gateway_view seen;
  if (live_ != published_) return seen;
  for (const observed_replica& replica : observed) {
    if (lists(*live_, replica)) continue;
    if (replica.phase == domain::replica_phase::draining) seen.drained.insert(replica.name);
    if (replica.phase == domain::replica_phase::ready) seen.unlisted.insert(replica.name);
  }
  {
    const std::lock_guard lock{mutex_};
    if (shared_) seen.drained.clear();
  }
  if (seen.drained.empty()) return seen;
  // Asked after the last snapshot was seen live: nobody can add a request to one of these any more.
  for (const config::endpoint_load& load : gateway_.observe().endpoints) {
    if (load.in_flight > 0) seen.drained.erase(load.replica);
  }
  return seen;
}

void reconciler::act(const action& step) {
  if (!std::holds_alternative<start_replica>(step)) log::debug("reconciler", to_string(step));
  std::visit(overloaded{[](const start_replica&) {},  // the starter's
                        [&](const drain_replica& it) { driver_.drain(it.name); },
                        [&](const stop_replica& it) { driver_.stop(it.name); },
                        [&](const remove_replica& it) {
                          if (!starter_.may_be_unseen(it.name)) driver_.remove(it.name);  // it may run by now
                        },
                        [&](const forget_deployment& it) {
                          if (starter_.may_be_unseen_of(it.deployment)) return;  // it is seen soon, and goes first
                          driver_.forget_deployment(it.deployment);
                          if (const auto erased = store_.erase_deleted(it.deployment); !erased)
                            complain(erased.error());
                        }},
             step);
}

}  // namespace modelgate::control::reconcile
