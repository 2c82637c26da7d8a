#include "gateway/upstream/outlier_detector.hpp"

#include <algorithm>
#include <utility>

namespace modelgate::upstream {

using std::chrono::nanoseconds;

void outlier_detector::update(std::span<const endpoint_ptr> endpoints, steady_time now) {
  const std::lock_guard lock{mutex_};
  std::vector<watched> next;
  next.reserve(endpoints.size());
  for (const endpoint_ptr& each : endpoints) {
    const std::size_t known = find(*each);
    next.push_back(known < pool_.size() ? std::move(pool_[known]) : watched{each, {}});
  }
  pool_ = std::move(next);
  auto ejected = static_cast<std::size_t>(std::count_if(
      pool_.begin(), pool_.end(), [](const watched& each) { return each.replica->standing().is_ejected(); }));
  for (watched& each : pool_) {
    if (ejected <= most_ejected(pool_.size(), rules_)) break;
    if (!each.replica->standing().is_ejected()) continue;
    restore(each, now);
    --ejected;
  }
}

void outlier_detector::on_failure(endpoint& of, ejection_cause why, bool trial, steady_time now) {
  standing& seen = of.standing();
  const std::uint32_t failures = seen.on_failure();
  const bool is_ejected = seen.is_ejected();
  if (is_ejected ? !trial : rules_.failures == 0 || failures < rules_.failures) return;
  const std::lock_guard lock{mutex_};
  const std::size_t which = find(of);
  if (which == pool_.size() || seen.is_ejected() != is_ejected) return;
  if (!is_ejected) {
    look_at_pool(now);
    if (!may_eject(views_, which, rules_)) return;
  }
  eject(pool_[which], why, now);
}

void outlier_detector::on_success(endpoint& of, nanoseconds service, bool trial, steady_time now) {
  if (!of.standing().is_ejected()) {
    of.standing().on_success();
    return;
  }
  if (!trial) return;  // sent before, or because there was nowhere else to send it
  const std::lock_guard lock{mutex_};
  const std::size_t which = find(of);
  if (which == pool_.size()) return;
  look_at_pool(now);
  if (is_outlier(views_, which, service, rules_)) {
    eject(pool_[which], ejection_cause::latency, now);
  } else {
    restore(pool_[which], now);
    of.remember_only(service, now);
  }
}

void outlier_detector::check_latency(const endpoint& of, nanoseconds service, steady_time now) {
  if (rules_.latency_factor == 0) return;
  const std::lock_guard lock{mutex_};
  const std::size_t which = find(of);
  if (which == pool_.size() || of.standing().is_ejected()) return;
  look_at_pool(now);
  const bool is_slow = is_outlier(views_, which, std::min(service, views_[which].service_time), rules_);
  pool_[which].slow_looks = is_slow ? pool_[which].slow_looks + 1 : 0;
  if (pool_[which].slow_looks < looks_in_a_row || !may_eject(views_, which, rules_)) return;
  eject(pool_[which], ejection_cause::latency, now);
}

std::uint64_t outlier_detector::ejections(ejection_cause why) const {
  const std::lock_guard lock{mutex_};
  return ejections_[static_cast<std::size_t>(why)];
}

/// The size of the pool when it is not in it.
std::size_t outlier_detector::find(const endpoint& of) const noexcept {
  const auto found =
      std::find_if(pool_.begin(), pool_.end(), [&](const watched& each) { return each.replica.get() == &of; });
  return static_cast<std::size_t>(found - pool_.begin());
}

void outlier_detector::look_at_pool(steady_time now) {
  views_.clear();
  for (const watched& each : pool_) {
    const standing& seen = each.replica->standing();
    views_.push_back({seen.is_ejected(), seen.failures(), each.replica->settled_service_time(now)});
  }
}

void outlier_detector::eject(watched& which, ejection_cause why, steady_time now) {
  which.slow_looks = 0;
  which.replica->standing().eject(now + which.record.eject(now, rules_));
  ++ejections_[static_cast<std::size_t>(why)];
}

void outlier_detector::restore(watched& which, steady_time now) {
  which.record.restore(now);
  which.replica->standing().restore();
}

}  // namespace modelgate::upstream
