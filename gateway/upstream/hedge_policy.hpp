#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace modelgate::upstream {

/// When a request of one deployment has waited so long that a second replica is worth trying, and whether that may
/// still be afforded.
///
/// The wait is the 95th percentile of the time from the whole request to a response head, over the last thousand or two.
/// Every request earns a share of a hedge, so that hedges never are more than that share of all requests; what was not spent
/// is kept up to `most_saved` of them.
///
/// Shape:  worker-local, one per deployment.
/// Units:  `percent` of requests; the percentile is exact to an eighth and 16 us.
/// Source: Dean and Barroso, "The Tail at Scale" (2013).
class hedge_policy {
 public:
  static constexpr std::uint32_t least_samples = 32;
  static constexpr std::size_t most_saved = 10;

  /// A request that could be hedged was sent.
  void on_request(std::size_t percent) noexcept;
  /// A replica's answer began, this long after dispatch; or it was given up after that time.
  void record(std::chrono::nanoseconds until_head) noexcept;

  /// Absent as long as too little is known.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> delay() const noexcept { return delay_; }
  [[nodiscard]] bool can_afford() const noexcept { return saved_ >= cost; }
  void spend() noexcept { saved_ -= cost; }

 private:
  static constexpr std::size_t cost = 100;
  static constexpr std::uint32_t forget_at = 2'048;
  static constexpr std::uint32_t look_every = 16;

  void look_again() noexcept;

  /// Answers by time: eight buckets for each doubling.
  std::array<std::uint16_t, 224> counts_{};
  std::uint32_t total_ = 0;
  std::uint32_t since_look_ = 0;
  std::size_t saved_ = 0;
  std::optional<std::chrono::nanoseconds> delay_;
};

}  // namespace modelgate::upstream
