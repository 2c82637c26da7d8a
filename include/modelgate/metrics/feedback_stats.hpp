#pragma once

#include "modelgate/base/cache_line.hpp"
#include "modelgate/metrics/counter.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

/// What clients said of the answers they got, per model.
namespace modelgate::metrics {

/// A sum that one thread writes and any thread may read.
class real_counter {
 public:
  void add(double amount) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  [[nodiscard]] double value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

/// The feedback that one worker counted for one model.
///
/// A reward is the share of successes in a batch. `reward` sums it per call, as Seldon does: a batch of one weighs as
/// much as one of a thousand. `row_reward` sums reward x rows, so that row_reward / rows is the share of successes over
/// all rows.
struct feedback_counters {
  counter calls;            ///< accepted, with a reward or without
  real_counter reward;      ///< of those that are not negative: a counter never goes down
  real_counter penalty;     ///< what negative rewards amount to, without their sign
  counter rows;             ///< of the batches that a reward was given for, whatever its sign
  real_counter row_reward;  ///< like `reward`, without the negative ones
};

struct feedback_totals {
  std::uint64_t calls = 0;
  double reward = 0;
  double penalty = 0;
  std::uint64_t rows = 0;
  double row_reward = 0;

  void add(const feedback_counters& counted) noexcept;
  void add(const feedback_totals& other) noexcept;
};

/// One worker's feedback for the models of one deployment.
///
/// Shape: one writer, any reader. Grows by a node for each model that gets feedback; deployment_stats bounds those.
class feedback_stats {
 public:
  feedback_stats() = default;
  ~feedback_stats();
  feedback_stats(const feedback_stats&) = delete;
  feedback_stats& operator=(const feedback_stats&) = delete;

  /// Counts one call.
  void record(std::size_t model, bool has_reward, double reward, std::uint64_t rows);
  [[nodiscard]] feedback_totals of_model(std::size_t model) const noexcept;
  [[nodiscard]] feedback_totals of_all() const noexcept;

 private:
  struct alignas(cache_line) node {
    node(std::size_t of, node* older) noexcept : model{of}, next{older} {}

    const std::size_t model;
    feedback_counters counted;
    node* const next;
  };
  std::atomic<node*> newest_{nullptr};  ///< whoever serves now is near the front
};

/// Who answered a prediction.
struct answerer {
  std::uint16_t model = 0;    ///< less than answer_memory::most_models
  std::uint16_t replica = 0;  ///< as deployment_stats has numbered it; 0: not known

  friend bool operator==(const answerer&, const answerer&) = default;
};

/// Who answered the last predictions, by their puid, so that feedback on them counts for the one who did.
///
/// A table of fixed size, in sets of eight: what is remembered takes a free slot of its set or that of the oldest there. Of
/// the last quarter of what there is room for next to nothing is forgotten. Two puids of one set are told apart by 32 bits.
///
/// Shape: any-thread and without locks: at most eight relaxed loads and one relaxed store, on one cache line. Of two that
///        write to one set at the same time the one may be forgotten.
class answer_memory {
 public:
  static constexpr std::size_t most_models = 32'767;

  /// Units: predictions that there is room for, eight bytes each; what is missing to whole sets is added.
  explicit answer_memory(std::size_t capacity) noexcept;
  ~answer_memory();
  answer_memory(const answer_memory&) = delete;
  answer_memory& operator=(const answer_memory&) = delete;

  void remember(std::string_view puid, answerer who) noexcept;
  /// Absent: forgotten, or never there.
  [[nodiscard]] std::optional<answerer> find(std::string_view puid) const noexcept;

 private:
  struct slot_set;
  [[nodiscard]] slot_set* sets() noexcept;

  const std::size_t size_;                ///< sets
  std::atomic<slot_set*> sets_{nullptr};  ///< made by the first that is remembered: of many deployments most rest
};

}  // namespace modelgate::metrics
