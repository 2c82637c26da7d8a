#include "modelgate/metrics/exemplar.hpp"

namespace modelgate::metrics {
namespace {

constexpr int most_tries = 4;

}  // namespace

// Stores with release order and loads with acquire order stand in for fences, which ThreadSanitizer does not know: who
// sees one of the words of a write sees the odd number before it, too.
void exemplar_slot::put(const trace_id& trace, std::chrono::nanoseconds value, system_time at) noexcept {
  std::array<std::uint64_t, words> next{trace.high, trace.low};
  next[2] = static_cast<std::uint64_t>(value.count());
  next[3] =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count());
  const std::uint64_t before = sequence_.load(std::memory_order_relaxed);
  sequence_.store(before + 1, std::memory_order_relaxed);
  for (std::size_t i = 0; i < words; ++i) words_[i].store(next[i], std::memory_order_release);
  sequence_.store(before + 2, std::memory_order_release);
}

std::optional<exemplar> exemplar_slot::read() const noexcept {
  for (int i = 0; i < most_tries; ++i) {
    const std::uint64_t before = sequence_.load(std::memory_order_acquire);
    if (before == 0) return std::nullopt;
    if (before % 2 != 0) continue;
    std::array<std::uint64_t, words> seen{};
    for (std::size_t word = 0; word < words; ++word) seen[word] = words_[word].load(std::memory_order_acquire);
    if (sequence_.load(std::memory_order_relaxed) != before) continue;
    exemplar found;
    found.trace = {seen[0], seen[1]};
    found.seconds = static_cast<double>(seen[2]) * 1e-9;
    found.at = system_time{std::chrono::duration_cast<system_time::duration>(
        std::chrono::nanoseconds{static_cast<std::int64_t>(seen[3])})};
    return found;
  }
  return std::nullopt;
}

}  // namespace modelgate::metrics
