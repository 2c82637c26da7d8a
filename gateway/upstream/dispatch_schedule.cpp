#include "gateway/upstream/dispatch_schedule.hpp"

#include <algorithm>
#include <limits>

namespace modelgate::upstream {

using std::chrono::nanoseconds;

void dispatch_schedule::look_at(std::span<const replica_view> replicas, std::size_t turn) {
  turn_ = replicas.empty() ? 0 : turn % replicas.size();
  nanoseconds fastest = nanoseconds::max();
  for (const replica_view& each : replicas) {
    if (each.service_time.count() > 0) fastest = std::min(fastest, each.service_time);
  }
  if (fastest == nanoseconds::max()) fastest = nanoseconds{1};  // nothing is known: all are alike

  candidates_.clear();
  free_slots_ = 0;
  for (const replica_view& each : replicas) {
    candidate made;
    made.in_flight = each.in_flight;
    made.limit = std::max(1U, each.limit);
    made.service_time = each.service_time.count() > 0 ? each.service_time : fastest;
    made.doubted = each.doubted;
    made.ejected = each.ejected;
    if (made.in_flight < made.limit) free_slots_ += made.limit - made.in_flight;
    made.period = std::max(nanoseconds{1}, made.service_time / made.limit);
    // One that is overdue is given half a turn more: how long it still needs is not known.
    made.next_free = std::max(made.period - each.since_last_event, made.period / 2);
    if (made.in_flight > made.limit) made.next_free += made.period * (made.in_flight - made.limit);
    candidates_.push_back(made);
  }
}

unsigned dispatch_schedule::best_rank(std::size_t except) const noexcept {
  unsigned best = std::numeric_limits<unsigned>::max();
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    if (i != except) best = std::min(best, rank(candidates_[i]));
  }
  return best;
}

std::optional<dispatch_schedule::place> dispatch_schedule::next(std::size_t except) {
  const unsigned wanted = best_rank(except);
  std::size_t best_free = nobody;
  nanoseconds lowest_cost = nanoseconds::max();
  std::size_t best_full = nobody;
  nanoseconds soonest = nanoseconds::max();
  for (std::size_t step = 0; step < candidates_.size(); ++step) {
    const std::size_t i = turn_ + step < candidates_.size() ? turn_ + step : turn_ + step - candidates_.size();
    const candidate& each = candidates_[i];
    if (i == except || rank(each) != wanted) continue;
    if (each.in_flight < each.limit) {
      const nanoseconds cost = each.service_time * (each.in_flight + 1);
      if (cost < lowest_cost) {
        lowest_cost = cost;
        best_free = i;
      }
    } else {
      const nanoseconds done = each.next_free + each.service_time;
      if (done < soonest) {
        soonest = done;
        best_full = i;
      }
    }
  }
  if (best_free != nobody && (best_full == nobody || candidates_[best_free].service_time <= soonest)) {
    candidate& taken = candidates_[best_free];
    if (++taken.in_flight == taken.limit) taken.next_free = taken.period;
    --free_slots_;
    return place{best_free, true};
  }
  if (best_full == nobody) return std::nullopt;
  candidates_[best_full].next_free += candidates_[best_full].period;
  return place{best_full, false};
}

nanoseconds dispatch_schedule::expected_wait(std::size_t ahead) const {
  double slots_per_second = 0;
  nanoseconds first = nanoseconds::max();
  const unsigned serving = best_rank(nobody);
  for (const candidate& each : candidates_) {
    if (each.ejected && serving < rank(each)) continue;
    slots_per_second += 1e9 / static_cast<double>(each.period.count());
    first = std::min(first, each.in_flight < each.limit ? nanoseconds{0} : each.next_free);
  }
  if (candidates_.empty()) return nanoseconds{0};
  return first + nanoseconds{static_cast<std::int64_t>(static_cast<double>(ahead) / slots_per_second * 1e9)};
}

}  // namespace modelgate::upstream
