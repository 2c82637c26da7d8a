#include "benchmarks/dispatch/simulator.hpp"

#include "gateway/upstream/dispatch_schedule.hpp"
#include "gateway/upstream/service_time.hpp"

#include "modelgate/base/clock.hpp"

#include <deque>
#include <queue>

namespace modelgate::benchmarks {
namespace {

using std::chrono::nanoseconds;

/// How soon a waiter is looked at again while a replica is left idle: the gateway's clock.
constexpr std::chrono::milliseconds next_look{20};

enum class event_kind { completion, arrival, look };

struct event {
  steady_time at;
  event_kind kind = event_kind::arrival;
  std::size_t index = 0;  ///< of the request, or of the replica that has completed

  friend bool operator>(const event& left, const event& right) noexcept {
    return left.at != right.at ? left.at > right.at : left.kind > right.kind;
  }
};

struct replica {
  double factor = 1;
  bool busy = false;
  std::size_t request = 0;
  steady_time since;
  upstream::service_time service;
};

class simulation {
 public:
  simulation(std::span<const simulated_request> load, std::span<const double> factors)
      : load_{load}, replicas_(factors.size()) {
    for (std::size_t i = 0; i < factors.size(); ++i) replicas_[i].factor = factors[i];
    for (std::size_t i = 0; i < load.size(); ++i) events_.push({start_ + load[i].arrival, event_kind::arrival, i});
  }

  std::vector<nanoseconds> run() {
    while (!events_.empty()) {
      const event next = events_.top();
      events_.pop();
      now_ = next.at;
      switch (next.kind) {
        case event_kind::arrival:
          waiting_.push_back(next.index);
          break;
        case event_kind::completion:
          complete(replicas_[next.index]);
          break;
        case event_kind::look:
          looking_ = false;
          break;
      }
      dispatch();
    }
    return std::move(answered_);
  }

 private:
  void complete(replica& done) {
    done.busy = false;
    done.service.record(now_ - done.since, now_);
    answered_.push_back(now_ - (start_ + load_[done.request].arrival));
  }

  void dispatch() {
    std::vector<upstream::replica_view> views;
    for (const replica& each : replicas_) {
      upstream::replica_view view;
      view.in_flight = each.busy ? 1 : 0;
      view.limit = 1;
      view.service_time = each.service.average(now_);
      view.since_last_event = each.service.since_last_event(now_);
      views.push_back(view);
    }
    schedule_.look_at(views, ++turn_);
    for (auto request = waiting_.begin(); request != waiting_.end() && schedule_.has_free_slots();) {
      const auto place = schedule_.next();
      if (place && place->now) {
        begin(place->replica, *request);
        request = waiting_.erase(request);
      } else {
        ++request;
      }
    }
    if (!waiting_.empty() && schedule_.has_free_slots() && !looking_) {
      looking_ = true;
      events_.push({now_ + next_look, event_kind::look, 0});
    }
  }

  void begin(std::size_t index, std::size_t request) {
    replica& chosen = replicas_[index];
    chosen.busy = true;
    chosen.request = request;
    chosen.since = now_;
    chosen.service.touch(now_);
    const auto work = std::chrono::duration<double, std::nano>(load_[request].service) * chosen.factor;
    events_.push({now_ + std::chrono::duration_cast<nanoseconds>(work), event_kind::completion, index});
  }

  static constexpr steady_time start_{std::chrono::hours{1}};

  std::span<const simulated_request> load_;
  std::vector<replica> replicas_;
  std::priority_queue<event, std::vector<event>, std::greater<>> events_;
  std::deque<std::size_t> waiting_;
  upstream::dispatch_schedule schedule_;
  std::size_t turn_ = 0;
  bool looking_ = false;
  steady_time now_ = start_;
  std::vector<nanoseconds> answered_;
};

}  // namespace

std::vector<nanoseconds> simulate(std::span<const simulated_request> load, std::span<const double> factors) {
  return simulation{load, factors}.run();
}

}  // namespace modelgate::benchmarks
