#pragma once

#include <cstdint>

namespace modelgate::config {

/// How much traffic may come from one client, to one deployment, or to all deployments of one group.
///
/// Units: zero bounds nothing, but `burst`, which counts only beside a rate and is at least 1 then.
struct traffic_limit {
  /// The largest values that a snapshot may hold: arithmetic in nanoseconds stays far from its end.
  static constexpr std::uint64_t most_millirequests_per_second = 1'000'000'000;
  static constexpr std::uint32_t most_requests = 1'000'000;

  std::uint64_t millirequests_per_second = 0;  ///< thousandths of a request per second
  std::uint32_t burst = 1;                     ///< requests that may come at once after a pause
  std::uint32_t concurrent = 0;                ///< requests that are being answered at a time

  [[nodiscard]] bool bounds_nothing() const noexcept { return millirequests_per_second == 0 && concurrent == 0; }

  friend bool operator==(const traffic_limit&, const traffic_limit&) = default;
};

}  // namespace modelgate::config
