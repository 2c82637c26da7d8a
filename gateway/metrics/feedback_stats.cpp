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

constexpr std::uint64_t model_bits = 0xffff;

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
  if (reward < 0) {
    counted.penalty.add(-reward);
    return;
  }
  counted.reward.add(reward);
  counted.rows.add(rows);
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

void answer_memory::remember(std::string_view puid, std::uint16_t model) noexcept {
  slot* const kept = slots();
  if (kept == nullptr) return;
  const std::uint64_t hash = hash_of(puid);
  // An empty slot is zero: a model is kept as its index plus one.
  kept[hash % capacity].store((hash & ~model_bits) | ((model + 1U) & model_bits), std::memory_order_relaxed);
}

int answer_memory::find(std::string_view puid) const noexcept {
  const slot* const all = slots_.load(std::memory_order_acquire);
  if (all == nullptr) return -1;
  const std::uint64_t hash = hash_of(puid);
  const std::uint64_t kept = all[hash % capacity].load(std::memory_order_relaxed);
  if (kept == 0 || (kept & ~model_bits) != (hash & ~model_bits)) return -1;
  return static_cast<int>(kept & model_bits) - 1;
}

}  // namespace modelgate::metrics
