// The detector on real endpoints, and what dispatch makes of it.
#include "gateway/upstream/outlier_detector.hpp"

#include "gateway/upstream/cluster.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace modelgate::upstream {
namespace {

using namespace std::chrono_literals;

constexpr steady_time start{1h};

struct fixture {
  explicit fixture(std::size_t count = 3) {
    std::vector<endpoint_ptr> made;
    for (std::size_t i = 0; i < count; ++i) made.push_back(make_replica());
    use(std::move(made));
  }

  static endpoint_ptr make_replica() {
    return std::make_shared<endpoint>(config::endpoint_config{}, metrics::model_index{0}, 8U);
  }
  void use(std::vector<endpoint_ptr> next, steady_time now = start) {
    replicas = std::move(next);
    queue->update(replicas, true, now);
    used.update(replicas);
  }
  void fail(std::size_t which, int times, steady_time now = start, bool trial = false) {
    for (int i = 0; i < times; ++i) queue->outliers().on_failure(*replicas[which], ejection_cause::reset, trial, now);
  }
  void answer_many(std::size_t which, std::chrono::nanoseconds service, steady_time now = start) {
    latency_window unused;
    for (int i = 0; i < 10; ++i) replicas[which]->record(service, now, unused);
  }
  /// A slot on this replica, if dispatch has one for it.
  slot try_out(std::size_t which, steady_time now) {
    for (int i = 0; i < 10; ++i) {
      slot taken = used.pick(nullptr, now).taken;
      if (taken && taken.member()->endpoint == replicas[which]) return taken;
    }
    return {};
  }
  void look(std::size_t which, std::chrono::nanoseconds service, unsigned times, steady_time now = start) {
    for (unsigned i = 0; i < times; ++i) queue->outliers().check_latency(*replicas[which], service, now);
  }
  bool is_ejected(std::size_t which) const { return replicas[which]->standing().is_ejected(); }

  std::vector<endpoint_ptr> replicas;
  std::shared_ptr<dispatch_queue> queue = std::make_shared<dispatch_queue>();
  cluster used{cluster_settings{}, queue};
};

struct pair : fixture {
  pair() : fixture{2} {}
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(outlier_detector_suite, fixture)

BOOST_AUTO_TEST_CASE(ejects_after_failures_in_a_row) {
  fail(0, 4);
  BOOST_TEST(!is_ejected(0));
  fail(0, 1);
  BOOST_TEST(is_ejected(0));
  BOOST_TEST(queue->outliers().ejections(ejection_cause::reset) == 1U);
  BOOST_TEST(queue->outliers().ejections(ejection_cause::status) == 0U);
  BOOST_TEST(!try_out(0, start + 9s));
}

BOOST_AUTO_TEST_CASE(a_good_answer_begins_the_count_anew) {
  for (int round = 0; round < 3; ++round) {
    fail(0, 4);
    slot taken = try_out(0, start);
    taken.record(1ms, start);
  }
  BOOST_TEST(!is_ejected(0));
}

BOOST_AUTO_TEST_CASE(failures_of_all_eject_nobody) {
  for (int i = 0; i < 20; ++i) {
    for (const std::size_t each : {0U, 1U, 2U}) fail(each, 1);
  }
  for (const std::size_t each : {0U, 1U, 2U}) BOOST_TEST(!is_ejected(each));
  slot taken = try_out(1, start);
  taken.record(1ms, start);
  fail(0, 1);
  BOOST_TEST(is_ejected(0));  // now one does better
}

BOOST_AUTO_TEST_CASE(one_request_tries_a_replica_whose_time_is_over) {
  fail(0, 5);
  const steady_time later = start + 10s;
  const slot first = try_out(0, later);
  BOOST_TEST_REQUIRE(!!first);
  BOOST_TEST(!try_out(0, later));
  BOOST_TEST(is_ejected(0));
}

BOOST_AUTO_TEST_CASE(a_good_trial_restores_it) {
  fail(0, 5);
  {
    slot trial = try_out(0, start + 10s);
    BOOST_TEST_REQUIRE(!!trial);
    trial.record(20ms, start + 10s);
  }
  BOOST_TEST(!is_ejected(0));
  BOOST_TEST(!!try_out(0, start + 10s));
  fail(0, 4, start + 11s);
  BOOST_TEST(!is_ejected(0));
}

BOOST_AUTO_TEST_CASE(a_trial_can_go_well_without_telling_a_service_time) {
  answer_many(0, 2s, start + 10s);
  fail(0, 5);
  {
    slot trial = try_out(0, start + 10s);
    BOOST_TEST_REQUIRE(!!trial);
    trial.succeed(start + 10s);
  }
  BOOST_TEST(!is_ejected(0));
  BOOST_TEST((replicas[0]->average_service_time(start + 10s) == 0s));
}

BOOST_AUTO_TEST_CASE(a_failed_trial_ejects_it_for_longer) {
  fail(0, 5);
  {
    slot trial = try_out(0, start + 10s);
    BOOST_TEST_REQUIRE(!!trial);
    trial.fail(ejection_cause::connect, start + 10s);
  }
  BOOST_TEST(is_ejected(0));
  BOOST_TEST(queue->outliers().ejections(ejection_cause::connect) == 1U);
  BOOST_TEST(!try_out(0, start + 29s));
  BOOST_TEST(!!try_out(0, start + 30s));
}

BOOST_AUTO_TEST_CASE(a_trial_that_says_nothing_is_followed_by_another) {
  fail(0, 5);
  { const slot left_by_its_client = try_out(0, start + 10s); }
  BOOST_TEST(is_ejected(0));
  BOOST_TEST(!!try_out(0, start + 10s));
}

BOOST_AUTO_TEST_CASE(a_request_from_before_decides_nothing) {
  slot before = try_out(0, start);
  fail(0, 5);
  before.record(1ms, start + 10s);
  BOOST_TEST(is_ejected(0));
  fail(0, 3, start + 11s);
  BOOST_TEST(queue->outliers().ejections(ejection_cause::reset) == 1U);
  const slot trial = try_out(0, start + 11s);
  BOOST_TEST(!!trial);
  before = {};
  BOOST_TEST(!try_out(0, start + 11s));
}

BOOST_AUTO_TEST_CASE(a_waiter_can_be_the_trial) {
  use({make_replica(), make_replica()});
  fail(0, 5);
  std::vector<slot> held;
  for (int i = 0; i < 8; ++i) held.push_back(used.pick(nullptr, start).taken);
  net::event_loop loop;
  net::wake_signal signal;
  const auto wait = [&] {
    waiting_request_ptr made{new waiting_request{loop, signal, nullptr}};
    BOOST_TEST((queue->join(made, 64, start) == dispatch_queue::joined::waits));
    return made;
  };
  const auto first = wait();
  const auto second = wait();
  BOOST_TEST(queue->wants_another_look());
  queue->dispatch(start + 10s);
  endpoint_ptr replica;
  BOOST_TEST((queue->look(*first, replica) == dispatch_queue::answer::sent));
  BOOST_TEST((replica == replicas[0]));
  BOOST_TEST(first->is_trial());
  endpoint_ptr none;
  BOOST_TEST((queue->leave(*second, none) == dispatch_queue::answer::wait));
  {
    slot adopted = used.adopt(replica, first->is_trial());
    adopted.record(1ms, start + 10s);
  }
  BOOST_TEST(!is_ejected(0));
}

BOOST_FIXTURE_TEST_CASE(an_ejected_one_serves_again_when_the_others_leave, pair) {
  fail(0, 5);
  BOOST_TEST(is_ejected(0));
  use({replicas[0]});
  BOOST_TEST(!is_ejected(0));
  fail(0, 100);
  BOOST_TEST(!is_ejected(0));  // it is the last one
}

BOOST_FIXTURE_TEST_CASE(a_retry_goes_to_an_ejected_one_rather_than_nowhere, pair) {
  fail(0, 5);
  const cluster::choice choice = used.pick(replicas[1].get(), start);
  BOOST_TEST_REQUIRE(!!choice.taken);
  BOOST_TEST((choice.taken.member()->endpoint == replicas[0]));
}

BOOST_AUTO_TEST_CASE(a_gross_outlier_is_ejected_and_one_that_is_only_slow_is_not) {
  answer_many(0, 20ms);
  answer_many(1, 20ms);
  answer_many(2, 100ms);
  look(2, 100ms, 10);
  BOOST_TEST(!is_ejected(2));
  for (int i = 0; i < 3; ++i) answer_many(2, 2s);
  look(2, 2s, 2);
  BOOST_TEST(!is_ejected(2));
  look(2, 2s, 1);
  BOOST_TEST(is_ejected(2));
  BOOST_TEST(queue->outliers().ejections(ejection_cause::latency) == 1U);
}

BOOST_AUTO_TEST_CASE(a_request_that_takes_long_is_no_outlier) {
  for (const std::size_t each : {0U, 1U, 2U}) answer_many(each, 20ms);
  latency_window unused;
  replicas[2]->record(1min, start, unused);  // its average is out of all proportion from here on
  look(2, 1min, 2);
  look(2, 20ms, 1);
  look(2, 1min, 2);
  BOOST_TEST(!is_ejected(2));
}

BOOST_AUTO_TEST_CASE(latency_is_looked_at_twice_a_second_as_requests_are_answered) {
  answer_many(0, 20ms);
  answer_many(1, 20ms);
  answer_many(2, 2s);
  const cluster_member_ptr slow{new cluster_member{replicas[2], 0, queue, 0, 1s}};
  const auto answer = [&](steady_time now) {
    BOOST_TEST(replicas[2]->try_take(now));
    slot{slow}.record(2s, now);
  };
  for (int i = 0; i < 10; ++i) answer(start);
  answer(start + 500ms);
  answer(start + 999ms);
  BOOST_TEST(!is_ejected(2));
  answer(start + 1s);
  BOOST_TEST(is_ejected(2));
}

BOOST_AUTO_TEST_CASE(an_outlier_must_be_fast_in_its_trial) {
  answer_many(0, 20ms, start + 10s);
  answer_many(1, 20ms, start + 10s);
  answer_many(2, 2s, start + 10s);
  look(2, 2s, outlier_detector::looks_in_a_row, start + 10s);
  BOOST_TEST_REQUIRE(is_ejected(2));
  answer_many(0, 20ms, start + 20s);
  answer_many(1, 20ms, start + 20s);
  {
    slot trial = try_out(2, start + 20s);
    BOOST_TEST_REQUIRE(!!trial);
    trial.record(2s, start + 20s);
  }
  BOOST_TEST(is_ejected(2));
  answer_many(0, 20ms, start + 40s);
  {
    slot trial = try_out(2, start + 40s);
    BOOST_TEST_REQUIRE(!!trial);
    trial.record(25ms, start + 40s);
  }
  BOOST_TEST(!is_ejected(2));
  BOOST_TEST((replicas[2]->average_service_time(start + 40s) == 25ms));
}

BOOST_AUTO_TEST_CASE(few_answers_are_no_reason) {
  answer_many(0, 20ms);
  answer_many(1, 20ms);
  latency_window unused;
  for (int i = 0; i < 9; ++i) replicas[2]->record(2s, start, unused);
  look(2, 2s, 10);
  BOOST_TEST(!is_ejected(2));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::upstream
