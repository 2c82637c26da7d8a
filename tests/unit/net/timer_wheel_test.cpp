#include "modelgate/net/timer_wheel.hpp"

#include "modelgate/net/wake_signal.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::net {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(timer_wheel_suite)

BOOST_AUTO_TEST_CASE(expires_late_by_at_most_a_tick_and_never_early) {
  const steady_time start{1'000s};
  for (const auto delay : {0ms, 1ms, 20ms, 333ms, 10'240ms, 75'000ms}) {
    timer_wheel wheel{start};
    wake_signal signal;
    wheel_timer timer{signal};
    wheel.set(timer, start + delay);
    steady_time now = start;
    while (!timer.expired) {
      now += timer_wheel::tick;
      wheel.advance(now);
      if (timer.expired)
        BOOST_TEST((now >= start + delay));
      else
        BOOST_TEST((now < start + delay + 2 * timer_wheel::tick));
    }
  }
}

BOOST_AUTO_TEST_CASE(moved_and_cleared_deadlines_do_not_fire) {
  const steady_time start{1'000s};
  timer_wheel wheel{start};
  wake_signal signal;
  wheel_timer moved{signal};
  wheel_timer cleared{signal};
  {
    wheel_timer destroyed{signal};
    wheel.set(destroyed, start + 40ms);
  }
  wheel.set(moved, start + 40ms);
  wheel.set(cleared, start + 40ms);
  wheel.set(moved, start + 400ms);
  wheel.clear(cleared);
  wheel.advance(start + 200ms);
  BOOST_TEST(!moved.expired);
  BOOST_TEST(!cleared.expired);
  wheel.advance(start + 440ms);
  BOOST_TEST(moved.expired);
}

BOOST_AUTO_TEST_CASE(a_long_pause_misses_nothing) {
  const steady_time start{1'000s};
  timer_wheel wheel{start};
  wake_signal signal;
  wheel_timer near{signal};
  wheel_timer far{signal};
  wheel.set(near, start + 1s);
  wheel.set(far, start + 60s);
  wheel.advance(start + 120s);
  BOOST_TEST(near.expired);
  BOOST_TEST(far.expired);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::net
