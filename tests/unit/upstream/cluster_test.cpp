#include "gateway/upstream/cluster.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace modelgate::upstream {
namespace {

using namespace std::chrono_literals;

constexpr steady_time start{1h};

struct fixture {
  fixture() { use({make_replica(), make_replica()}); }

  static endpoint_ptr make_replica(std::uint32_t concurrency = 8) {
    return std::make_shared<endpoint>(config::endpoint_config{}, metrics::model_index{0}, concurrency);
  }
  void use(std::vector<endpoint_ptr> next) {
    replicas = std::move(next);
    queue->update(replicas, true, start);
    used.update(replicas);
  }

  std::vector<endpoint_ptr> replicas;
  std::shared_ptr<dispatch_queue> queue = std::make_shared<dispatch_queue>();
  cluster used{cluster_settings{}, queue};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(cluster_suite, fixture)

BOOST_AUTO_TEST_CASE(spreads_requests_evenly_over_equal_replicas) {
  std::vector<slot> held;
  for (int i = 0; i < 8; ++i) held.push_back(used.pick(nullptr, start).taken);
  for (const endpoint_ptr& each : replicas) BOOST_TEST(each->in_flight() == 4U);
  held.clear();
  for (const endpoint_ptr& each : replicas) BOOST_TEST(each->in_flight() == 0U);
}

BOOST_AUTO_TEST_CASE(a_slot_is_given_back_once) {
  slot taken = used.pick(nullptr, start).taken;
  endpoint& replica = *taken;
  slot moved{std::move(taken)};
  BOOST_TEST(replica.in_flight() == 1U);
  taken = std::move(moved);
  BOOST_TEST(replica.in_flight() == 1U);
  taken = {};
  BOOST_TEST(replica.in_flight() == 0U);
}

BOOST_AUTO_TEST_CASE(what_workers_count_of_a_replica_is_added_up) {
  const auto replica =
      std::make_shared<endpoint>(config::endpoint_config{}, metrics::model_index{0}, 8U, 0ns, std::uint16_t{1}, 2U);
  use({replica});
  cluster other{cluster_settings{}, queue, 1};
  other.update(replicas);
  used.pick(nullptr, start).taken.count_try(200, 7ms);
  other.pick(nullptr, start).taken.count_try(200, 7ms);
  other.pick(nullptr, start).taken.count_try(404, 7ms);
  other.pick(nullptr, start).taken.count_try(502, 7ms);
  replica->tally(0).fed_back(0.5);
  replica->tally(1).fed_back(-1);

  const answer_tally::totals all = replica->counted();
  BOOST_TEST(all.answers[2] == 2U);
  BOOST_TEST(all.answers[4] == 1U);
  BOOST_TEST(all.answers[5] == 1U);
  BOOST_TEST(all.latency[1] == 4U);
  BOOST_TEST(all.feedback == 2U);
  BOOST_TEST(all.reward == 0.5);
  BOOST_TEST(replica->in_flight() == 0U);
}

BOOST_AUTO_TEST_CASE(waits_when_every_slot_is_taken) {
  use({make_replica(1)});
  const cluster::choice first = used.pick(nullptr, start);
  BOOST_TEST(!!first.taken);
  const cluster::choice second = used.pick(nullptr, start);
  BOOST_TEST(!second.taken);
  BOOST_TEST(second.must_wait);
}

BOOST_AUTO_TEST_CASE(nobody_overtakes_who_waits) {
  use({make_replica(1)});
  const endpoint_ptr other = make_replica(1);
  net::event_loop loop;
  net::wake_signal signal;
  const waiting_request_ptr waits{new waiting_request{loop, signal, replicas[0].get()}};
  BOOST_TEST((queue->join(waits, 1, start) == dispatch_queue::joined::waits));
  BOOST_TEST(used.pick(nullptr, start).must_wait);
  endpoint_ptr unused;
  static_cast<void>(queue->leave(*waits, unused));
  BOOST_TEST(!!used.pick(nullptr, start).taken);
}

BOOST_AUTO_TEST_CASE(a_retry_without_another_replica_has_nothing_to_wait_for) {
  const cluster::choice other = used.pick(replicas[0].get(), start);
  BOOST_TEST((other.taken.member()->endpoint == replicas[1]));
  use({make_replica(1)});
  const cluster::choice none = used.pick(replicas[0].get(), start);
  BOOST_TEST(!none.taken);
  BOOST_TEST(!none.must_wait);
  use({});
  BOOST_TEST(!used.pick(nullptr, start).must_wait);
}

BOOST_AUTO_TEST_CASE(a_replica_that_left_is_kept_until_its_last_request_is_done) {
  std::weak_ptr<endpoint> watched;
  slot taken;
  {
    use({make_replica()});
    watched = replicas[0];
    taken = used.pick(nullptr, start).taken;
  }
  use({});
  BOOST_TEST(!watched.expired());
  BOOST_TEST(taken.member()->left);
  taken = {};
  BOOST_TEST(watched.expired());
}

BOOST_AUTO_TEST_CASE(a_replica_of_a_later_snapshot_can_be_adopted) {
  const endpoint_ptr later = make_replica();
  BOOST_TEST(later->try_take(start));
  {
    const slot adopted = used.adopt(later);
    BOOST_TEST(adopted.member()->left);
    BOOST_TEST((adopted.member()->endpoint == later));
  }
  BOOST_TEST(later->in_flight() == 0U);
  BOOST_TEST(replicas[0]->try_take(start));
  BOOST_TEST(!used.adopt(replicas[0]).member()->left);
}

BOOST_AUTO_TEST_CASE(an_idle_replica_is_one_with_nothing_to_do_in_good_standing) {
  const endpoint* const first = replicas[0].get();
  slot idle = used.take_idle(first, start);
  BOOST_REQUIRE(static_cast<bool>(idle));
  BOOST_TEST(&*idle == replicas[1].get());
  BOOST_TEST(used.in_flight() == 1U);
  BOOST_TEST(!used.take_idle(first, start));  // busy now
  idle = {};
  replicas[1]->doubt(start + 1s);
  BOOST_TEST(!used.take_idle(first, start));
  BOOST_TEST(static_cast<bool>(used.take_idle(first, start + 2s)));
  replicas[1]->standing().eject(start + 10s);
  BOOST_TEST(!used.take_idle(first, start + 5s));
  BOOST_TEST(!used.take_idle(first, start + 15s));  // the one request that tries it is a first try
  replicas[1]->standing().restore();
  BOOST_TEST(static_cast<bool>(used.take_idle(first, start + 15s)));
}

BOOST_AUTO_TEST_CASE(who_waits_comes_before_a_second_try) {
  use({make_replica(1), make_replica(1)});
  slot one = used.pick(nullptr, start).taken;
  slot two = used.pick(nullptr, start).taken;
  net::event_loop loop;
  net::wake_signal signal;
  const waiting_request_ptr waits{new waiting_request{loop, signal, replicas[0].get()}};
  BOOST_TEST((queue->join(waits, 8, start) == dispatch_queue::joined::waits));
  BOOST_TEST(!used.take_idle(replicas[1].get(), start));
  endpoint_ptr none;
  static_cast<void>(queue->leave(*waits, none));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::upstream
