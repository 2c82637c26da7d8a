#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace modelgate::upstream {

/// Answers of one replica, added up by one worker until they are worth telling.
///
/// Shape: worker-local.
struct latency_window {
  std::uint32_t count = 0;
  std::chrono::nanoseconds sum{0};
  std::uint32_t fullest = 0;  ///< most in flight on the replica, over all workers

  void add(std::chrono::nanoseconds latency, std::uint32_t in_flight) noexcept {
    ++count;
    sum += latency;
    fullest = in_flight > fullest ? in_flight : fullest;
  }
  [[nodiscard]] bool is_worth_telling() const noexcept { return count >= 16 || sum >= std::chrono::milliseconds{50}; }
};

/// How many requests at a time a replica is sent: what was declared, or what its latency teaches.
///
/// Learning is additive increase, multiplicative decrease on the mean latency of a window of requests, against the
/// lowest mean seen: a replica that answers as fast with more requests gets more of them. Every `probe_windows` full
/// windows the limit is halved for one window; a latency that falls with it says that the replica works on one after
/// the other, and then the lower limit stays.
///
/// Shape:  any-thread; one learner at a time, what comes meanwhile is left out.
/// Units:  requests in flight over all workers.
/// Source: congestion avoidance as in TCP Vegas; the probe as in BBR's ProbeRTT.
class concurrency_limit {
 public:
  static constexpr std::uint32_t first = 8;
  static constexpr std::uint32_t most = 1'024;
  /// Latency under which more requests never do harm: what is smaller is the noise of scheduling.
  static constexpr std::chrono::milliseconds noise{5};

  /// `learnt`: what others like it have been found to take, to go on learning from.
  explicit concurrency_limit(std::optional<std::uint32_t> declared, std::uint32_t learnt = first) noexcept
      : declared_{declared.value_or(0)}, limit_{learnt} {}

  [[nodiscard]] bool is_declared() const noexcept { return declared_.load(std::memory_order_relaxed) != 0; }
  /// Answers whether that is a change.
  bool declare(std::optional<std::uint32_t> concurrency) noexcept {
    return declared_.exchange(concurrency.value_or(0), std::memory_order_relaxed) != concurrency.value_or(0);
  }

  /// What to start with.
  [[nodiscard]] static std::uint32_t start(std::optional<std::uint32_t> declared,
                                           std::uint32_t learnt = first) noexcept {
    return declared.value_or(learnt);
  }

  /// Learns from answers. The new limit when it has changed.
  [[nodiscard]] std::optional<std::uint32_t> observe(const latency_window& seen) noexcept;

 private:
  static constexpr unsigned probe_windows = 20;

  void learn(std::chrono::nanoseconds mean, bool was_full) noexcept;

  std::atomic<std::uint32_t> declared_;  ///< zero: not declared
  std::atomic_flag busy_;
  std::uint32_t limit_;
  std::uint32_t samples_ = 0;
  std::chrono::nanoseconds sum_{0};
  std::uint32_t fullest_ = 0;                 ///< most in flight in this window
  std::chrono::nanoseconds lowest_{0};        ///< mean of a window; zero: none yet
  std::chrono::nanoseconds before_probe_{0};  ///< mean of the window before a probe; zero: no probe goes on
  std::uint32_t limit_before_probe_ = 0;
  unsigned full_windows_ = 0;
};

}  // namespace modelgate::upstream
