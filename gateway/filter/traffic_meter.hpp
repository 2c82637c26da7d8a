#pragma once

#include "gateway/filter/token_bucket.hpp"

#include "modelgate/base/cache_line.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace modelgate::filter {

/// One limit with what has been counted against it.
///
/// The rate is one bucket for all workers, from which a worker borrows: at most what comes in `lease_time`, at most an
/// eighth of the burst over all workers, at least one token. So one connection, which stays on its worker, gets the
/// whole rate; over any time at most that eighth more than burst and rate allow is let through; and the shared word is
/// written once in a lease. Requests being answered are counted in one word, exactly.
///
/// Shape: shared by workers. Immutable but for the counts, which go on in the meter of the next snapshot. `try_take`
///        and `put_back` of one worker are called on its thread only.
class traffic_meter {
 public:
  static constexpr std::chrono::milliseconds lease_time{10};

  traffic_meter(const config::traffic_limit& limit, std::size_t workers);
  /// The same counts under another limit.
  traffic_meter(const config::traffic_limit& limit, const traffic_meter& before, steady_time now);

  [[nodiscard]] const config::traffic_limit& limit() const noexcept { return limit_; }
  [[nodiscard]] bool bounds_rate() const noexcept { return rate_.bounds(); }
  [[nodiscard]] bool bounds_concurrency() const noexcept { return limit_.concurrent > 0; }

  /// Counts a request as being answered, unless there are enough.
  [[nodiscard]] bool try_enter() noexcept;
  void leave() noexcept { counts_->in_flight.fetch_sub(1, std::memory_order_relaxed); }
  [[nodiscard]] std::uint32_t in_flight() const noexcept { return counts_->in_flight.load(std::memory_order_relaxed); }

  /// Takes a token.
  [[nodiscard]] bool try_take(std::size_t worker, steady_time now) noexcept;
  /// The token that this worker took last was for nothing.
  void put_back(std::size_t worker) noexcept;
  /// As this worker sees it, its lease included.
  [[nodiscard]] token_bucket::reading read(std::size_t worker, steady_time now) const noexcept;

 private:
  /// What a worker has borrowed; void when the rate has become another.
  struct alignas(cache_line) lease {
    token_rate rate;
    std::uint32_t tokens = 0;
  };
  static_assert(sizeof(lease) == cache_line, "no two workers' leases are on one cache line");
  struct counts {
    explicit counts(std::size_t workers) : leases(workers) {}

    alignas(cache_line) token_bucket bucket;
    std::atomic<std::uint32_t> in_flight{0};
    std::vector<lease> leases;  ///< by worker
  };

  [[nodiscard]] std::uint32_t lease_size() const noexcept;

  config::traffic_limit limit_;
  token_rate rate_;
  std::shared_ptr<counts> counts_;
  std::uint32_t lease_size_;
};

using traffic_meter_ptr = std::shared_ptr<traffic_meter>;

}  // namespace modelgate::filter
