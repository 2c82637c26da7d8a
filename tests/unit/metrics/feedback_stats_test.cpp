#include "modelgate/metrics/feedback_stats.hpp"

#include "modelgate/metrics/deployment_stats.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace modelgate::metrics {

BOOST_AUTO_TEST_SUITE(feedback_stats_suite)

BOOST_AUTO_TEST_CASE(a_call_counts_once_and_a_batch_by_its_rows) {
  feedback_stats stats;
  stats.record(1, true, 1.0, 1);
  stats.record(1, true, 0.25, 8);
  stats.record(1, true, 0.0, 3);
  stats.record(1, false, 0.0, 5);
  feedback_totals totals;
  totals.add(stats.of_model(1));
  BOOST_TEST(totals.calls == 4U);
  BOOST_TEST(totals.reward == 1.25);
  BOOST_TEST(totals.rows == 12U);
  BOOST_TEST(totals.row_reward == 3.0);
  feedback_totals other;
  other.add(stats.of_model(0));
  BOOST_TEST(other.calls == 0U);
}

BOOST_AUTO_TEST_CASE(a_counter_never_goes_down) {
  feedback_stats stats;
  stats.record(0, true, 2.0, 1);
  stats.record(0, true, -3.0, 4);
  feedback_totals totals;
  totals.add(stats.of_model(0));
  BOOST_TEST(totals.calls == 2U);
  BOOST_TEST(totals.reward == 2.0);
  BOOST_TEST(totals.penalty == 3.0);
  BOOST_TEST(totals.rows == 5U);  // they were judged, too
  BOOST_TEST(totals.row_reward == 2.0);
}

BOOST_AUTO_TEST_CASE(every_model_has_counts_of_its_own) {
  feedback_stats stats;
  for (std::size_t model = 0; model < 1'000; ++model) stats.record(model, true, 1, 1);
  stats.record(999, true, 0, 1);
  BOOST_TEST(stats.of_model(999).calls == 2U);
  BOOST_TEST(stats.of_model(0).calls == 1U);
  BOOST_TEST(stats.of_model(1'000).calls == 0U);
  BOOST_TEST(stats.of_all().calls == 1'001U);
  BOOST_TEST(stats.of_all().reward == 1'000.0);
}

namespace {

std::string puid(int number) {
  return "flood-" + std::to_string(number);
}

/// How many of these predictions are remembered.
int kept_of(const answer_memory& memory, int first, int last) {
  int kept = 0;
  for (int i = first; i < last; ++i) kept += memory.find(puid(i)) ? 1 : 0;
  return kept;
}

}  // namespace

BOOST_AUTO_TEST_CASE(remembers_who_answered_until_it_is_overwritten) {
  answer_memory memory{16'384};
  BOOST_TEST(!memory.find("never"));
  memory.remember("a-puid", {0, 0});
  memory.remember("another", {3, 65'535});
  memory.remember("the-last-model", {deployment_stats::most_models - 1, 1});
  BOOST_TEST((memory.find("a-puid") == answerer{0, 0}));
  BOOST_TEST((memory.find("another") == answerer{3, 65'535}));
  BOOST_TEST((memory.find("the-last-model") == answerer{deployment_stats::most_models - 1, 1}));
  BOOST_TEST(kept_of(memory, 0, 4'000) == 0);  // never taken for another's
  for (int i = 0; i < 200'000; ++i) memory.remember(puid(i), {1, 2});
  BOOST_TEST(!memory.find("a-puid"));
  BOOST_TEST((memory.find(puid(199'999)) == answerer{1, 2}));
  BOOST_TEST(kept_of(memory, 196'000, 200'000) > 3'990);
  BOOST_TEST(kept_of(memory, 192'000, 200'000) > 7'800);
  BOOST_TEST(kept_of(memory, 0, 160'000) < 200);
}

BOOST_AUTO_TEST_CASE(remembers_nearly_all_that_there_is_ample_room_for) {
  answer_memory memory{16'384};
  for (int i = 0; i < 4'000; ++i) memory.remember(puid(i), {1, 2});
  BOOST_TEST(kept_of(memory, 0, 4'000) > 3'990);
}

BOOST_AUTO_TEST_CASE(the_oldest_of_a_set_is_forgotten_first) {
  answer_memory memory{1};  // made a set of eight
  for (int i = 0; i < 100; ++i) {
    memory.remember(puid(i), {1, 2});
    for (int back = 0; back < 8 && back <= i; ++back) BOOST_TEST(memory.find(puid(i - back)).has_value());
    if (i >= 8) BOOST_TEST(!memory.find(puid(i - 8)));
  }
}

BOOST_AUTO_TEST_CASE(a_puid_that_is_used_twice_is_the_later_ones) {
  answer_memory memory{8};
  for (std::uint16_t i = 0; i < 20; ++i) {
    memory.remember("the-same", {i, 1});
    BOOST_TEST((memory.find("the-same") == answerer{i, 1}));
    memory.remember(puid(i), {0, 0});
    BOOST_TEST((memory.find("the-same") == answerer{i, 1}));
  }
}

BOOST_AUTO_TEST_CASE(workers_may_remember_and_look_up_at_the_same_time) {
  answer_memory memory{8};
  std::vector<std::thread> workers;
  std::atomic<int> wrong = 0;
  for (std::uint16_t worker = 0; worker < 3; ++worker) {
    workers.emplace_back([&, worker] {
      const std::string mine = puid(worker);
      for (int i = 0; i < 20'000; ++i) {
        memory.remember(mine, {worker, 7});
        const auto found = memory.find(mine);
        if (found && *found != answerer{worker, 7}) ++wrong;
      }
    });
  }
  for (std::thread& each : workers) each.join();
  BOOST_TEST(wrong == 0);
  for (int i = 100; i < 116; ++i)
    memory.remember(puid(i), {1, 1});  // a lap to put in order what they left, and one more
  BOOST_TEST(kept_of(memory, 108, 116) == 8);
}

BOOST_AUTO_TEST_CASE(models_are_found_by_their_image) {
  deployment_stats stats{"d", 1, 64};
  const auto first = stats.index_of({"registry:5000/a/b", "1.0"});
  const auto second = stats.index_of({"registry:5000/a/b", "1.1"});
  BOOST_TEST(stats.find_model("registry:5000/a/b:1.0") == first);
  BOOST_TEST(stats.find_model("registry:5000/a/b:1.1") == second);
  BOOST_TEST(stats.find_model("registry:5000/a/b") == second);  // the latest of that name
  BOOST_TEST(stats.find_model("registry:5000/a/b:1") == -1);
  BOOST_TEST(stats.find_model("") == -1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::metrics
