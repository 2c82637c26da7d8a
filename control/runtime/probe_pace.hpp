#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace modelgate::control::runtime {

/// `interval`, shorter or longer by up to `percent`; `draw` in [0, 1] says where in between.
[[nodiscard]] inline std::chrono::milliseconds spread(std::chrono::milliseconds interval, std::uint64_t percent,
                                                      double draw) noexcept {
  const double most = static_cast<double>(interval.count()) * static_cast<double>(percent) / 100;
  const auto change = static_cast<std::int64_t>(most * (2 * draw - 1));
  return interval + std::chrono::milliseconds{change};
}

/// Times between probes that differ from each other: replicas that began at the same instant are not all asked at the
/// same instant for ever.
///
/// Shape: one per driver, on the thread that probes.
class probe_pace {
 public:
  explicit probe_pace(std::uint64_t percent) : percent_{percent} {}

  [[nodiscard]] std::chrono::milliseconds next(std::chrono::milliseconds interval) {
    return spread(interval, percent_, std::uniform_real_distribution<double>{0, 1}(chance_));
  }

 private:
  std::uint64_t percent_;
  std::minstd_rand chance_{std::random_device{}()};
};

}  // namespace modelgate::control::runtime
