#include "gateway/upstream/ejection_policy.hpp"

#include <algorithm>
#include <vector>

namespace modelgate::upstream {

using std::chrono::nanoseconds;

std::string_view word(ejection_cause value) noexcept {
  switch (value) {
    case ejection_cause::connect:
      return "connect";
    case ejection_cause::reset:
      return "reset";
    case ejection_cause::invalid:
      return "invalid";
    case ejection_cause::status:
      return "status";
    case ejection_cause::timeout:
      return "timeout";
    case ejection_cause::latency:
      return "latency";
    case ejection_cause::size:
      break;
  }
  return {};
}

std::size_t most_ejected(std::size_t replicas, const ejection_rules& rules) noexcept {
  if (replicas == 0 || rules.share == 0) return 0;
  const std::size_t share = replicas * static_cast<std::size_t>(rules.share) / 100;
  return std::min(std::max<std::size_t>(1, share), replicas - 1);
}

bool may_eject(std::span<const peer_view> pool, std::size_t which, const ejection_rules& rules) noexcept {
  std::size_t ejected = 0;
  bool another_is_well = false;
  for (std::size_t i = 0; i < pool.size(); ++i) {
    if (i == which) continue;
    if (pool[i].ejected)
      ++ejected;
    else if (pool[i].failures == 0)
      another_is_well = true;
  }
  return another_is_well && ejected < most_ejected(pool.size(), rules);
}

bool is_outlier(std::span<const peer_view> pool, std::size_t which, nanoseconds service_time,
                const ejection_rules& rules) {
  if (rules.latency_factor == 0 || service_time <= latency_noise) return false;
  std::vector<nanoseconds> others;
  others.reserve(pool.size());
  for (std::size_t i = 0; i < pool.size(); ++i) {
    if (i != which && !pool[i].ejected && pool[i].service_time.count() > 0) others.push_back(pool[i].service_time);
  }
  if (others.empty()) return false;
  // Of an even number the upper one: in doubt nobody is ejected.
  const auto middle = others.begin() + static_cast<std::ptrdiff_t>(others.size() / 2);
  std::nth_element(others.begin(), middle, others.end());
  return service_time > *middle * static_cast<std::int64_t>(rules.latency_factor)
         && service_time - *middle > latency_noise;
}

nanoseconds ejection_record::eject(steady_time now, const ejection_rules& rules) noexcept {
  if (well_since_ && last_.count() > 0) {
    const auto forgotten = (now - *well_since_) / last_;
    count_ = forgotten >= count_ ? 0 : count_ - static_cast<std::uint32_t>(forgotten);
  }
  well_since_.reset();
  const std::uint32_t most = static_cast<std::uint32_t>(rules.time_max / rules.time) + 1;
  count_ = std::min(count_ + 1, most);
  last_ = std::min(rules.time * count_, rules.time_max);
  return last_;
}

}  // namespace modelgate::upstream
