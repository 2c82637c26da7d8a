#include "gateway/upstream/dispatch_queue.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace modelgate::upstream {
namespace {

using namespace std::chrono_literals;
using answer = dispatch_queue::answer;
using joined = dispatch_queue::joined;

constexpr steady_time start{1h};

struct fixture {
  fixture() { queue.update(replicas, true, start); }
  ~fixture() {
    for (const waiting_request_ptr& each : everyone) static_cast<void>(leave(each));
  }

  static endpoint_ptr make_replica(std::uint32_t concurrency) {
    return std::make_shared<endpoint>(config::endpoint_config{}, metrics::model_index{0}, concurrency);
  }
  waiting_request_ptr make_request(const endpoint* except = nullptr) {
    everyone.emplace_back(new waiting_request{loop, signal, except});
    return everyone.back();
  }
  waiting_request_ptr join() {
    const waiting_request_ptr made = make_request();
    static_cast<void>(queue.join(made, 64, start));
    return made;
  }
  answer look(const waiting_request_ptr& request) {
    endpoint_ptr replica;
    return queue.look(*request, replica);
  }
  answer leave(const waiting_request_ptr& request) {
    endpoint_ptr replica;
    return queue.leave(*request, replica);
  }
  /// As whoever was served does.
  void release(const endpoint_ptr& replica) {
    replica->release();
    if (queue.has_waiters()) queue.dispatch(start);
  }

  net::event_loop loop;
  net::wake_signal signal;
  std::vector<endpoint_ptr> replicas{make_replica(1)};
  std::vector<waiting_request_ptr> everyone;
  dispatch_queue queue;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(dispatch_queue_suite, fixture)

BOOST_AUTO_TEST_CASE(a_slot_that_is_given_back_goes_to_the_oldest) {
  BOOST_TEST(replicas[0]->try_take(start));
  const auto first = join();
  const auto second = join();
  BOOST_TEST(queue.size() == 2U);
  BOOST_TEST((look(first) == answer::wait));
  release(replicas[0]);
  BOOST_TEST((look(first) == answer::sent));
  BOOST_TEST((look(second) == answer::wait));
  BOOST_TEST(replicas[0]->in_flight() == 1U);
  release(replicas[0]);
  BOOST_TEST((look(second) == answer::sent));
  BOOST_TEST(!queue.has_waiters());
}

BOOST_AUTO_TEST_CASE(a_slot_that_became_free_before_joining_is_not_missed) {
  const waiting_request_ptr request = make_request();
  BOOST_TEST((queue.join(request, 64, start) == joined::may_be_sent));
  BOOST_TEST((look(request) == answer::sent));
  BOOST_TEST(loop.poll() == 0U);  // nobody has to be woken
}

BOOST_AUTO_TEST_CASE(a_full_queue_takes_nobody) {
  BOOST_TEST(replicas[0]->try_take(start));
  BOOST_TEST((queue.join(make_request(), 1, start) == joined::waits));
  BOOST_TEST((queue.join(make_request(), 1, start) == joined::full));
  BOOST_TEST(queue.size() == 1U);
}

BOOST_AUTO_TEST_CASE(without_a_queue_there_is_still_no_place_but_a_free_slot_is_taken_on_the_short_way) {
  BOOST_TEST((queue.join(make_request(), 0, start) == joined::full));
}

BOOST_AUTO_TEST_CASE(one_who_leaves_makes_room_and_gets_nothing) {
  BOOST_TEST(replicas[0]->try_take(start));
  const auto first = join();
  const auto second = join();
  BOOST_TEST((leave(first) == answer::wait));
  release(replicas[0]);
  BOOST_TEST((look(first) == answer::wait));
  BOOST_TEST((look(second) == answer::sent));
}

BOOST_AUTO_TEST_CASE(one_who_leaves_too_late_learns_what_it_was_given) {
  BOOST_TEST(replicas[0]->try_take(start));
  const auto request = join();
  release(replicas[0]);
  endpoint_ptr replica;
  BOOST_TEST((queue.leave(*request, replica) == answer::sent));
  BOOST_TEST((replica == replicas[0]));
  BOOST_TEST((leave(request) == answer::wait));  // once only
}

BOOST_AUTO_TEST_CASE(a_notice_under_way_finds_nobody_who_has_left) {
  BOOST_TEST(replicas[0]->try_take(start));
  const auto request = join();
  release(replicas[0]);
  BOOST_TEST((leave(request) == answer::sent));
  BOOST_TEST(loop.poll() == 1U);
}

BOOST_AUTO_TEST_CASE(new_replicas_serve_who_waits) {
  BOOST_TEST(replicas[0]->try_take(start));
  const auto first = join();
  const auto second = join();
  replicas.push_back(make_replica(2));
  queue.update(replicas, true, start);
  BOOST_TEST((look(first) == answer::sent));
  BOOST_TEST((look(second) == answer::sent));
  BOOST_TEST(replicas[1]->in_flight() == 2U);
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_deployment_that_stops_is_refused) {
  BOOST_TEST(replicas[0]->try_take(start));
  const auto request = join();
  queue.update({}, false, start);
  BOOST_TEST((look(request) == answer::refused));
  BOOST_TEST(!queue.has_waiters());
}

BOOST_AUTO_TEST_CASE(a_retry_never_goes_to_the_replica_that_failed) {
  const waiting_request_ptr retry = make_request(replicas[0].get());
  BOOST_TEST((queue.join(retry, 64, start) == joined::waits));
  const auto behind = join();
  BOOST_TEST((look(behind) == answer::sent));
  BOOST_TEST((look(retry) == answer::wait));
}

BOOST_AUTO_TEST_CASE(an_idle_slow_replica_is_looked_at_again) {
  replicas.push_back(make_replica(1));
  latency_window unused;
  for (int i = 0; i < 10; ++i) {
    replicas[0]->record(20ms, start, unused);
    replicas[1]->record(100ms, start, unused);
  }
  queue.update(replicas, true, start);
  BOOST_TEST(replicas[0]->try_take(start));
  const auto request = join();
  BOOST_TEST((look(request) == answer::wait));
  BOOST_TEST(queue.wants_another_look());
  replicas[0]->doubt(start + 1h);  // it will not be free any more
  queue.dispatch(start + 5ms);
  BOOST_TEST((look(request) == answer::sent));
  BOOST_TEST(replicas[1]->in_flight() == 1U);
  BOOST_TEST(!queue.wants_another_look());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::upstream
