#pragma once

#include "gateway/telemetry/request_record.hpp"

#include "modelgate/base/cache_line.hpp"

#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>

namespace modelgate::telemetry {

/// Records from one thread to one other, in order.
///
/// Shape: bounded: `capacity` is rounded up to a power of two. Memory is touched only where records have been. `push`
///        and `publish` are the writer's, `take` is the reader's.
class record_ring {
 public:
  explicit record_ring(std::size_t capacity)
      : mask_{std::bit_ceil(capacity) - 1}, memory_{new std::byte[(mask_ + 1) * sizeof(request_record)]} {}

  [[nodiscard]] std::size_t capacity() const noexcept { return mask_ + 1; }

  /// A fresh record to be filled in; nullptr: there is no room. It is the reader's after `publish`.
  [[nodiscard]] request_record* push() noexcept {
    const std::size_t at = written_.load(std::memory_order_relaxed);
    if (at - read_seen_ > mask_) {
      read_seen_ = read_.load(std::memory_order_acquire);
      if (at - read_seen_ > mask_) return nullptr;
    }
    return std::construct_at(place(at));
  }
  /// Answers how many records wait, as far as the writer knows: never fewer than there are, and not many more when it is more than half
  /// of the capacity.
  std::size_t publish() noexcept {
    const std::size_t next = written_.load(std::memory_order_relaxed) + 1;
    written_.store(next, std::memory_order_release);
    // Not at each record: the reader writes that cache line.
    if (next - read_seen_ > capacity() / 2) read_seen_ = read_.load(std::memory_order_acquire);
    return next - read_seen_;
  }

  /// Calls `use` for each record that waits now; answers how many there were.
  template <class Use>
  std::size_t take(Use use) {
    const std::size_t from = read_.load(std::memory_order_relaxed);
    const std::size_t to = written_.load(std::memory_order_acquire);
    for (std::size_t at = from; at != to; ++at) {
      use(*place(at));
      read_.store(at + 1, std::memory_order_release);
    }
    return to - from;
  }

 private:
  [[nodiscard]] request_record* place(std::size_t at) const noexcept {
    static_assert(alignof(request_record) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
    return reinterpret_cast<request_record*>(memory_.get()) + (at & mask_);
  }

  const std::size_t mask_;
  const std::unique_ptr<std::byte[]> memory_;
  alignas(cache_line) std::atomic<std::size_t> written_{0};
  std::size_t read_seen_ = 0;  ///< the writer's last look at `read_`
  alignas(cache_line) std::atomic<std::size_t> read_{0};
};

}  // namespace modelgate::telemetry
