#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/base/trace_context.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace modelgate::metrics {

/// One request that stands for those of its bucket.
struct exemplar {
  trace_id trace;
  double seconds = 0;
  system_time at;
};

/// Where a worker leaves the last exemplar of one bucket.
///
/// A sequence lock: its number is odd while the words are being replaced. A reader that sees it change tries again a few
/// times and then goes without: the next scrape has it.
///
/// Shape: one writer, which never waits; any reader.
class exemplar_slot {
 public:
  void put(const trace_id& trace, std::chrono::nanoseconds value, system_time at) noexcept;
  /// Absent: there is none, or it was being replaced all the time.
  [[nodiscard]] std::optional<exemplar> read() const noexcept;

 private:
  static constexpr std::size_t words = 4;  ///< the trace's two, value and time in nanoseconds

  std::atomic<std::uint64_t> sequence_{0};  ///< 0: never written
  std::array<std::atomic<std::uint64_t>, words> words_{};
};

}  // namespace modelgate::metrics
