#pragma once

#include "modelgate/base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace modelgate::upstream {

/// What speaks against a replica; label `cause` of modelgate_ejections_total.
enum class ejection_cause : std::uint8_t { connect, reset, invalid, status, timeout, latency, size };
[[nodiscard]] std::string_view word(ejection_cause value) noexcept;

/// Whether this answer speaks against the replica rather than the request: 5xx, but for those that say the request asks
/// for what the server does not do.
[[nodiscard]] constexpr bool blames_replica(unsigned status) noexcept {
  return status >= 500 && status != 501 && status != 505;
}

struct ejection_rules {
  std::uint64_t failures = 5;         ///< in a row; 0: none ejects
  std::uint64_t latency_factor = 10;  ///< times the median of the others; 0: latency never ejects
  std::chrono::nanoseconds time = std::chrono::seconds{10};
  std::chrono::nanoseconds time_max = std::chrono::minutes{5};
  std::uint64_t share = 50;  ///< percent of the replicas that may be ejected at a time
};

/// A replica as the policy sees it beside the others of its deployment.
struct peer_view {
  bool ejected = false;
  std::uint32_t failures = 0;                ///< in a row
  std::chrono::nanoseconds service_time{0};  ///< zero: too few answers, or too long ago
};

/// Differences of service time below this are the noise of scheduling, whatever the factor.
inline constexpr std::chrono::milliseconds latency_noise{50};

/// Whether one more may be ejected. Not when that would be too many; nor when no other one does better: what every
/// replica does, the requests do or the network, and it must not empty the pool. So the last one never goes.
[[nodiscard]] bool may_eject(std::span<const peer_view> pool, std::size_t which, const ejection_rules& rules) noexcept;

/// How many of so many replicas may be ejected at a time: the share, but one at least where any may, and never all.
[[nodiscard]] std::size_t most_ejected(std::size_t replicas, const ejection_rules& rules) noexcept;

/// Whether this service time is out of all proportion to the median of those that serve beside it. Dispatch leaves slow
/// replicas idle by itself; this is for gross outliers.
[[nodiscard]] bool is_outlier(std::span<const peer_view> pool, std::size_t which, std::chrono::nanoseconds service_time,
                              const ejection_rules& rules);

/// How often one replica was ejected, and so for how long it is the next time.
///
/// Shape: pure; the caller's clock.
class ejection_record {
 public:
  /// The length of an ejection that begins now. Each is longer than the last by `time`, but for those that have been
  /// forgotten: one for every time that the replica was well for as long as its last ejection took.
  [[nodiscard]] std::chrono::nanoseconds eject(steady_time now, const ejection_rules& rules) noexcept;
  void restore(steady_time now) noexcept { well_since_ = now; }

 private:
  std::uint32_t count_ = 0;
  std::chrono::nanoseconds last_{0};
  std::optional<steady_time> well_since_;
};

}  // namespace modelgate::upstream
