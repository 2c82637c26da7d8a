#include "control/domain/traffic_limit.hpp"

#include <algorithm>

namespace modelgate::control::domain {

config::traffic_limit resolved(const traffic_limit& given) noexcept {
  config::traffic_limit limit;
  limit.millirequests_per_second = static_cast<std::uint64_t>(given.millirequests_per_second.value_or(0));
  const std::uint64_t in_a_second = (limit.millirequests_per_second + 999) / 1'000;
  limit.burst = given.burst.value_or(static_cast<std::uint32_t>(std::max<std::uint64_t>(1, in_a_second)));
  limit.concurrent = given.concurrent.value_or(0);
  return limit;
}

}  // namespace modelgate::control::domain
