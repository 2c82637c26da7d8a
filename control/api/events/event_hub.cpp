#include "control/api/events/event_hub.hpp"

#include "modelgate/base/ids.hpp"
#include "modelgate/base/log.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace modelgate::control::events {
namespace {

constexpr std::chrono::milliseconds shortest_interval{100};
/// What nobody tells of is seen that soon: a deadline that passes, a client's last use.
constexpr std::chrono::milliseconds resync{1'000};
/// Times what a look took: so long it is quiet afterwards, however often something changes.
constexpr int rest_factor = 4;
constexpr int background_priority = 10;

}  // namespace

listener::listener(event_hub& hub, std::string user, std::uint64_t fresh_at)
    : hub_{hub}, user_{std::move(user)}, fresh_at_{fresh_at} {}

listener::~listener() {
  hub_.leave(*this);
}

void listener::set_bell(std::function<void()> ring) {
  const std::lock_guard lock{hub_.mutex_};
  ring_ = std::move(ring);
}

std::optional<log_view> listener::since(log_position from) const {
  const std::lock_guard lock{hub_.mutex_};
  if (hub_.done_looks_ < fresh_at_) return std::nullopt;
  return hub_.log_.since(from);
}

event_hub::event_hub(look_function look, std::function<event_settings()> settings)
    : look_{std::move(look)},
      settings_{std::move(settings)},
      name_{random_name_suffix(8)},
      log_{settings_().backlog_bytes} {}

event_hub::~event_hub() {
  stop();
}

void event_hub::start() {
  stopped_ = false;
  thread_ = std::thread{[this] {
    ::pthread_setname_np(::pthread_self(), "events");
    static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), background_priority));
    run();
  }};
}

void event_hub::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    for (const listener* each : listeners_) {
      if (each->ring_) each->ring_();
    }
  }
  woken_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void event_hub::wake() {
  {
    const std::lock_guard lock{mutex_};
    wake_ = true;
  }
  woken_.notify_one();
}

void event_hub::store_changed() {
  store_changed_ = true;
  wake();
}

std::unique_ptr<listener> event_hub::join(const std::string& user, refusal& why) {
  const event_settings limits = settings_();
  std::unique_ptr<listener> joined;
  {
    const std::lock_guard lock{mutex_};
    const auto of_user = listeners_of_user_.find(user);
    if (stopped_) {
      why = refusal::stopped;
    } else if (of_user != listeners_of_user_.end() && of_user->second >= limits.listeners_per_user) {
      why = refusal::too_many_of_user;
    } else if (listeners_.size() >= limits.listeners) {
      why = refusal::too_many;
    } else {
      joined = std::make_unique<listener>(*this, user, begun_looks_ + 1);
      listeners_.insert(joined.get());
      ++listeners_of_user_[user];
      wake_ = true;
    }
  }
  if (joined) {
    woken_.notify_one();
  } else {
    ++refused_;
  }
  return joined;
}

void event_hub::leave(listener& of) {
  const std::lock_guard lock{mutex_};
  listeners_.erase(&of);
  const auto of_user = listeners_of_user_.find(of.user_);
  if (--of_user->second == 0) listeners_of_user_.erase(of_user);
}

event_counters event_hub::counters() const {
  const std::lock_guard lock{mutex_};
  return {listeners_.size(), refused_, lost_};
}

void event_hub::run() {
  steady_time earliest = steady_clock::now();
  steady_time due = earliest;
  for (;;) {
    {
      std::unique_lock lock{mutex_};
      woken_.wait(lock, [this] { return stopped_ || !listeners_.empty(); });
      woken_.wait_until(lock, due, [this] { return stopped_ || wake_; });
      // A burst is one look.
      woken_.wait_until(lock, earliest, [this] { return stopped_.load(); });
      if (stopped_) return;
      wake_ = false;
    }
    const steady_time begun = steady_clock::now();
    bool done = false;
    try {
      done = look();
    } catch (const std::exception& problem) {  // the root of this thread: others listen on
      log::error("events", "a look at what has changed threw: this is a bug", {{"what", problem.what()}});
    }
    const steady_time ended = steady_clock::now();
    const auto rest = std::max<steady_clock::duration>(shortest_interval, rest_factor * (ended - begun));
    earliest = ended + (done ? rest : resync);
    due = ended + std::max<steady_clock::duration>(resync, rest);
  }
}

bool event_hub::look() {
  std::uint64_t number = 0;
  object_map_ptr before;
  {
    const std::lock_guard lock{mutex_};
    number = ++begun_looks_;
    before = log_.objects();
  }
  const bool store_changed = store_changed_.exchange(false);
  auto seen = look_(store_changed);
  if (!seen) {
    if (store_changed) store_changed_ = true;
    return false;
  }
  const auto now = std::make_shared<object_map>();
  for (watched_object& object : *seen) {
    const auto earlier = before->find(object.key);
    const bool same = earlier != before->end() && *earlier->second == object;
    object_key key = object.key;
    now->insert_or_assign(std::move(key),
                          same ? earlier->second : std::make_shared<const watched_object>(std::move(object)));
  }
  std::vector<object_change> changes = differences(*before, *now);
  const bool changed = !changes.empty();

  const std::size_t backlog = settings_().backlog_bytes;
  const std::lock_guard lock{mutex_};
  log_.set_limit(backlog);
  if (changed) log_.append(std::move(changes), now);
  done_looks_ = number;
  for (const listener* each : listeners_) {
    const bool waits = each->fresh_at_ == number;
    if (each->ring_ && (changed || waits)) each->ring_();
  }
  return true;
}

}  // namespace modelgate::control::events
