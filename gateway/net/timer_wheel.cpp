#include "modelgate/net/timer_wheel.hpp"

#include "modelgate/net/wake_signal.hpp"

#include <algorithm>

namespace modelgate::net {

void timer_wheel::set(wheel_timer& timer, steady_time due) noexcept {
  timer.unlink();
  timer.due = due;
  timer.expired = false;
  // The tick after the one it falls in, so that it is never early; never a tick that has been handled already.
  const std::int64_t at = std::max(tick_of(due) + 1, last_tick_ + 1);
  slots_[static_cast<std::size_t>(at) % slots].push_back(timer);
}

void timer_wheel::clear(wheel_timer& timer) noexcept {
  timer.unlink();
  timer.expired = false;
}

void timer_wheel::advance(steady_time now) {
  const std::int64_t until = tick_of(now);
  const std::int64_t first = std::max(last_tick_ + 1, until - static_cast<std::int64_t>(slots) + 1);
  last_tick_ = until;
  slot expired;
  for (std::int64_t at = first; at <= until; ++at) {
    slot& due = slots_[static_cast<std::size_t>(at) % slots];
    for (auto timer = due.begin(); timer != due.end();) {
      wheel_timer& candidate = *timer++;
      if (candidate.due > now) continue;
      candidate.unlink();
      expired.push_back(candidate);
    }
  }
  // Waking runs code that sets and destroys timers, also ones that stand in `expired`: take them one by one.
  while (!expired.empty()) {
    wheel_timer& timer = expired.front();
    timer.unlink();
    timer.expired = true;
    timer.owner->notify();
  }
}

}  // namespace modelgate::net
