#pragma once

#include "modelgate/base/clock.hpp"

#include <boost/intrusive/list.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace modelgate::net {

class wake_signal;

/// One deadline in a timer_wheel; `expired` is set and the owner is woken when it has passed.
///
/// Shape: embedded in its owner, worker-local; unlinks itself when destroyed.
struct wheel_timer : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  explicit wheel_timer(wake_signal& owner_signal) noexcept : owner{&owner_signal} {}

  steady_time due{};
  wake_signal* owner;
  bool expired = false;
};

/// Deadlines of one worker, coarse and cheap: setting and clearing one is a few pointer writes and no system call.
///
/// A deadline is late by up to one tick, never early.
///
/// Shape:  worker-local. Whoever drives it calls `advance` about once a tick while it is not empty.
/// Units:  `tick` is 20 ms; a turn of the wheel is about 10 s, longer deadlines are passed over until their turn comes.
/// Source: Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (1987), scheme 6.
class timer_wheel {
 public:
  static constexpr std::chrono::milliseconds tick{20};

  explicit timer_wheel(steady_time start) noexcept : last_tick_{tick_of(start)} {}

  /// Sets or moves a deadline.
  void set(wheel_timer& timer, steady_time due) noexcept;
  void clear(wheel_timer& timer) noexcept;

  /// Marks every deadline up to `now` as expired and wakes its owner.
  void advance(steady_time now);

 private:
  static constexpr std::size_t slots = 512;
  using slot = boost::intrusive::list<wheel_timer, boost::intrusive::constant_time_size<false>>;

  static std::int64_t tick_of(steady_time time) noexcept { return time.time_since_epoch() / tick; }

  std::array<slot, slots> slots_;
  std::int64_t last_tick_;
};

}  // namespace modelgate::net
