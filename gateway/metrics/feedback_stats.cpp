#include "modelgate/metrics/feedback_stats.hpp"

#include <algorithm>
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
  while (!puid.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = std::min(puid.size(), sizeof word);
    std::memcpy(&word, puid.data(), size);
    puid.remove_prefix(size);
    hash = (hash ^ word) * factor;
    hash ^= hash >> 29;
  }
  return hash;
}

constexpr unsigned replica_shift = 16;
constexpr std::uint64_t sixteen_bits = 0xffff;
constexpr std::uint64_t tag_bits = ~std::uint64_t{0xffffffff};  ///< the place is in the others

}  // namespace

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

/// nullptr when there is no memory.
answer_memory::slot* answer_memory::slots() noexcept {
  slot* there = slots_.load(std::memory_order_acquire);
  if (there != nullptr) return there;
  std::unique_ptr<slot[]> made{new (std::nothrow) slot[capacity]{}};
  // Another worker may be the first one just now.
  if (made && slots_.compare_exchange_strong(there, made.get(), std::memory_order_acq_rel)) return made.release();
  return there;
}

void answer_memory::remember(std::string_view puid, answerer who) noexcept {
  slot* const all = slots();
  if (all == nullptr) return;
  const std::uint64_t hash = hash_of(puid);
  // An empty slot is zero: a model is kept as its index plus one.
  const std::uint64_t kept = (std::uint64_t{who.replica} << replica_shift) | ((who.model + 1U) & sixteen_bits);
  all[hash % capacity].store((hash & tag_bits) | kept, std::memory_order_relaxed);
}

std::optional<answerer> answer_memory::find(std::string_view puid) const noexcept {
  const slot* const all = slots_.load(std::memory_order_acquire);
  if (all == nullptr) return std::nullopt;
  const std::uint64_t hash = hash_of(puid);
  const std::uint64_t kept = all[hash % capacity].load(std::memory_order_relaxed);
  if ((kept & sixteen_bits) == 0 || (kept & tag_bits) != (hash & tag_bits)) return std::nullopt;
  return answerer{static_cast<std::uint16_t>((kept & sixteen_bits) - 1),
                  static_cast<std::uint16_t>((kept >> replica_shift) & sixteen_bits)};
}

}  // namespace modelgate::metrics
