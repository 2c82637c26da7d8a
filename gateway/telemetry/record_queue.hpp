#pragma once

#include "gateway/telemetry/record_ring.hpp"

#include "modelgate/metrics/counter.hpp"

#include <atomic>
#include <cstddef>

namespace modelgate::telemetry {

/// Wakes the thread that reads records.
///
/// Shape: any-thread.
class reader_bell {
 public:
  reader_bell();
  ~reader_bell();
  reader_bell(const reader_bell&) = delete;
  reader_bell& operator=(const reader_bell&) = delete;

  void ring() noexcept;
  /// Until it rings, or for so long; negative: for ever.
  void wait(int milliseconds) noexcept;

 private:
  int descriptor_;
};

/// What one worker has written down and nobody has read yet.
///
/// Shape: `push`, `publish` and `count_dropped` on the worker, `take` on the reading thread, the counters anywhere.
class record_queue {
 public:
  record_queue(std::size_t capacity, reader_bell& bell) : ring_{capacity}, bell_{bell} {}

  /// See record_ring. The reader is woken when half of the room is taken; until then it comes by itself.
  [[nodiscard]] request_record* push() noexcept { return ring_.push(); }
  void publish() noexcept {
    if (ring_.publish() > ring_.capacity() / 2 && !called_.load(std::memory_order_relaxed)) call();
  }
  void count_dropped(bool line, bool spans) noexcept {
    if (line) dropped_lines_.add();
    if (spans) dropped_traces_.add();
  }

  template <class Use>
  std::size_t take(Use use) {
    called_.store(false, std::memory_order_relaxed);
    return ring_.take(use);
  }

  [[nodiscard]] std::uint64_t dropped_lines() const noexcept { return dropped_lines_.value(); }
  [[nodiscard]] std::uint64_t dropped_traces() const noexcept { return dropped_traces_.value(); }

 private:
  void call() noexcept {
    called_.store(true, std::memory_order_relaxed);
    bell_.ring();
  }

  record_ring ring_;
  reader_bell& bell_;
  std::atomic<bool> called_{false};
  metrics::counter dropped_lines_;
  metrics::counter dropped_traces_;
};

static_assert(alignof(record_queue) == cache_line, "no two workers' queues are on one cache line");

}  // namespace modelgate::telemetry
