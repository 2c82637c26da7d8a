#include "gateway/upstream/concurrency_ramp.hpp"

#include "gateway/upstream/cluster.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace modelgate::upstream {
namespace {

using namespace std::chrono_literals;

constexpr steady_time start{1h};

endpoint_ptr make_replica(std::optional<std::uint32_t> concurrency, std::chrono::nanoseconds ramp = 5s) {
  return std::make_shared<endpoint>(config::endpoint_config{}, metrics::model_index{0}, concurrency, ramp);
}

void answer(endpoint& replica, int times = 1) {
  latency_window window;
  for (int i = 0; i < times; ++i) replica.record(1ms, start, window);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(concurrency_ramp_suite)

BOOST_AUTO_TEST_CASE(begins_with_one_and_grows_by_one_with_each_good_answer) {
  const endpoint_ptr replica = make_replica(4);
  BOOST_TEST(replica->limit(start) == 1U);
  BOOST_TEST(replica->try_take(start));
  BOOST_TEST(!replica->try_take(start));
  answer(*replica);
  BOOST_TEST(replica->limit(start) == 2U);
  BOOST_TEST(replica->try_take(start));
  answer(*replica, 2);
  BOOST_TEST(replica->limit(start) == 4U);
  answer(*replica, 100);
  BOOST_TEST(replica->limit(start) == 4U);
}

BOOST_AUTO_TEST_CASE(leads_to_what_is_learnt_too) {
  const endpoint_ptr replica = make_replica(std::nullopt);
  BOOST_TEST(replica->limit(start) == 1U);
  answer(*replica, concurrency_limit::first - 1);
  BOOST_TEST(replica->limit(start) == concurrency_limit::first);
}

BOOST_AUTO_TEST_CASE(is_over_some_time_after_the_first_request) {
  const endpoint_ptr replica = make_replica(8);
  BOOST_TEST(replica->limit(start + 1h) == 1U);  // nobody has asked it anything yet
  BOOST_TEST(replica->try_take(start + 1h));
  BOOST_TEST(replica->limit(start + 1h + 4s) == 1U);
  BOOST_TEST(replica->limit(start + 1h + 5s) == 8U);
}

BOOST_AUTO_TEST_CASE(once_over_it_does_not_begin_again) {
  const endpoint_ptr replica = make_replica(2);
  answer(*replica);
  BOOST_TEST(replica->limit(start) == 2U);
  replica->declare(64);
  BOOST_TEST(replica->limit(start) == 64U);
}

BOOST_AUTO_TEST_CASE(one_that_has_been_serving_has_none) {
  BOOST_TEST(make_replica(8, 0s)->limit(start) == 8U);
}

BOOST_AUTO_TEST_CASE(a_request_is_not_refused_for_what_a_ramp_withholds) {
  net::event_loop loop;
  net::wake_signal signal;
  const std::vector<endpoint_ptr> replicas{make_replica(4)};
  dispatch_queue queue;
  queue.update(replicas, true, start);
  BOOST_TEST(replicas[0]->try_take(start));
  std::vector<waiting_request_ptr> waiters;
  const auto join = [&] {
    waiters.emplace_back(new waiting_request{loop, signal, nullptr});
    return queue.join(waiters.back(), 2, start);
  };
  // One is served; without the ramp three more would be, and two would wait.
  for (int i = 0; i < 5; ++i) BOOST_TEST((join() == dispatch_queue::joined::waits));
  BOOST_TEST((join() == dispatch_queue::joined::full));
  // Nobody answers: time alone opens the rest, and who waits looks again by the clock.
  BOOST_TEST(queue.wants_another_look());
  queue.dispatch(start + 5s);
  endpoint_ptr replica;
  for (int i = 0; i < 5; ++i) {
    BOOST_TEST((queue.look(*waiters[static_cast<std::size_t>(i)], replica)
                == (i < 3 ? dispatch_queue::answer::sent : dispatch_queue::answer::wait)));
  }
  for (const waiting_request_ptr& each : waiters) static_cast<void>(queue.leave(*each, replica));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::upstream
