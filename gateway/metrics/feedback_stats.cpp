#include "modelgate/metrics/feedback_stats.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

namespace modelgate::metrics {
namespace {

/// Eight bytes at a time. A client that makes two of its own puids collide spoils its own feedback only.
std::uint64_t hash_of(std::string_view puid) noexcept {
  constexpr std::uint64_t factor = 0x9e3779b97f4a7c15;
  std::uint64_t hash = puid.size() * factor;
  const auto take = [&](std::uint64_t word) {
    hash = (hash ^ word) * factor;
    hash ^= hash >> 29;
  };
  std::uint64_t word = 0;
  for (; puid.size() >= sizeof word; puid.remove_prefix(sizeof word)) {
    std::memcpy(&word, puid.data(), sizeof word);  // of a size that is known: one instruction
    take(word);
  }
  if (puid.empty()) return hash;
  word = 0;
  std::memcpy(&word, puid.data(), puid.size());
  take(word);
  return hash;
}

// A slot, from its highest bit on: 32 of the puid's hash, 16 of the replica, the lap, 15 of the model's index plus one. An
// empty one is zero.
constexpr std::uint64_t tag_bits = ~std::uint64_t{0xffffffff};  ///< the set is in the others
constexpr unsigned replica_shift = 16;
constexpr std::uint64_t replica_bits = 0xffff;
constexpr std::uint64_t lap_bit = 0x8000;
constexpr std::uint64_t model_bits = 0x7fff;
static_assert(answer_memory::most_models <= model_bits);

/// One of so many, by the bits that are no tag.
std::size_t place_of(std::uint64_t hash, std::size_t many) noexcept {
  return static_cast<std::size_t>(((hash & ~tag_bits) * many) >> 32U);
}

}  // namespace

/// A ring whose position is in its slots: they are written in turn, and every other time around with the lap bit set. So
/// the oldest is the first one whose bit is not that of the first slot. Writes that overtook each other leave bits that are
/// wrong; within a lap they are right again.
struct alignas(cache_line) answer_memory::slot_set {
  static constexpr std::size_t size = cache_line / sizeof(std::atomic<std::uint64_t>);

  struct position {
    std::size_t oldest = 0;
    std::uint64_t lap = 0;  ///< for what is written there
  };
  [[nodiscard]] position next() const noexcept {
    const std::uint64_t lap = slots[0].load(std::memory_order_relaxed) & lap_bit;
    for (std::size_t i = 1; i < size; ++i) {
      if ((slots[i].load(std::memory_order_relaxed) & lap_bit) != lap) return {i, lap};
    }
    return {0, lap ^ lap_bit};
  }

  std::array<std::atomic<std::uint64_t>, size> slots{};
};

void feedback_totals::add(const feedback_totals& other) noexcept {
  calls += other.calls;
  reward += other.reward;
  penalty += other.penalty;
  rows += other.rows;
  row_reward += other.row_reward;
}

void feedback_totals::add(const feedback_counters& counted) noexcept {
  calls += counted.calls.value();
  reward += counted.reward.value();
  penalty += counted.penalty.value();
  rows += counted.rows.value();
  row_reward += counted.row_reward.value();
}

feedback_stats::~feedback_stats() {
  for (node* each = newest_.load(std::memory_order_relaxed); each != nullptr;) delete std::exchange(each, each->next);
}

void feedback_stats::record(std::size_t model, bool has_reward, double reward, std::uint64_t rows) {
  node* found = newest_.load(std::memory_order_relaxed);
  while (found != nullptr && found->model != model) found = found->next;
  if (found == nullptr) {
    found = std::make_unique<node>(model, newest_.load(std::memory_order_relaxed)).release();
    newest_.store(found, std::memory_order_release);  // a reader sees it when it is complete
  }
  feedback_counters& counted = found->counted;
  counted.calls.add();
  if (!has_reward) return;
  counted.rows.add(rows);
  if (reward < 0) {
    counted.penalty.add(-reward);
    return;
  }
  counted.reward.add(reward);
  counted.row_reward.add(reward * static_cast<double>(rows));
}

feedback_totals feedback_stats::of_model(std::size_t model) const noexcept {
  feedback_totals totals;
  for (const node* each = newest_.load(std::memory_order_acquire); each != nullptr; each = each->next) {
    if (each->model == model) totals.add(each->counted);
  }
  return totals;
}

feedback_totals feedback_stats::of_all() const noexcept {
  feedback_totals totals;
  for (const node* each = newest_.load(std::memory_order_acquire); each != nullptr; each = each->next) {
    totals.add(each->counted);
  }
  return totals;
}

answer_memory::answer_memory(std::size_t capacity) noexcept
    : size_{std::max<std::size_t>((capacity + slot_set::size - 1) / slot_set::size, 1)} {}

answer_memory::~answer_memory() {
  delete[] sets_.load(std::memory_order_relaxed);
}

/// nullptr when there is no memory.
answer_memory::slot_set* answer_memory::sets() noexcept {
  slot_set* there = sets_.load(std::memory_order_acquire);
  if (there != nullptr) return there;
  std::unique_ptr<slot_set[]> made{new (std::nothrow) slot_set[size_]{}};
  // Another worker may be the first one just now.
  if (made && sets_.compare_exchange_strong(there, made.get(), std::memory_order_acq_rel)) return made.release();
  return there;
}

void answer_memory::remember(std::string_view puid, answerer who) noexcept {
  slot_set* const all = sets();
  if (all == nullptr) return;
  const std::uint64_t hash = hash_of(puid);
  slot_set& its = all[place_of(hash, size_)];
  const slot_set::position next = its.next();
  const std::uint64_t whose = (std::uint64_t{who.replica} << replica_shift) | ((who.model + 1U) & model_bits);
  its.slots[next.oldest].store((hash & tag_bits) | whose | next.lap, std::memory_order_relaxed);
}

std::optional<answerer> answer_memory::find(std::string_view puid) const noexcept {
  const slot_set* const all = sets_.load(std::memory_order_acquire);
  if (all == nullptr) return std::nullopt;
  const std::uint64_t hash = hash_of(puid);
  const slot_set& its = all[place_of(hash, size_)];
  const std::size_t oldest = its.next().oldest;
  // The newest first: a client may have used a puid twice.
  for (std::size_t back = 1; back <= slot_set::size; ++back) {
    const std::uint64_t kept =
        its.slots[(oldest + slot_set::size - back) % slot_set::size].load(std::memory_order_relaxed);
    if ((kept & model_bits) == 0 || (kept & tag_bits) != (hash & tag_bits)) continue;
    return answerer{static_cast<std::uint16_t>((kept & model_bits) - 1),
                    static_cast<std::uint16_t>((kept >> replica_shift) & replica_bits)};
  }
  return std::nullopt;
}

}  // namespace modelgate::metrics
