#include "modelgate/metrics/feedback_stats.hpp"

#include "modelgate/metrics/deployment_stats.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

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

BOOST_AUTO_TEST_CASE(remembers_who_answered_until_it_is_overwritten) {
  answer_memory memory;
  BOOST_TEST(!memory.find("never"));
  memory.remember("a-puid", {0, 0});
  memory.remember("another", {3, 65'535});
  memory.remember("the-last-model", {deployment_stats::most_models - 1, 1});
  BOOST_TEST((memory.find("a-puid") == answerer{0, 0}));
  BOOST_TEST((memory.find("another") == answerer{3, 65'535}));
  BOOST_TEST((memory.find("the-last-model") == answerer{deployment_stats::most_models - 1, 1}));
  for (int i = 0; i < 200'000; ++i) memory.remember("flood-" + std::to_string(i), {1, 2});
  BOOST_TEST(!memory.find("a-puid"));  // forgotten, and never taken for another's
  BOOST_TEST((memory.find("flood-199999") == answerer{1, 2}));
  int kept = 0;
  for (int i = 200'000 - 4'000; i < 200'000; ++i)
    kept += memory.find("flood-" + std::to_string(i)) == answerer{1, 2} ? 1 : 0;
  BOOST_TEST(kept > 3'200);  // of the last 4,000, with 16,384 places
}

BOOST_AUTO_TEST_CASE(models_are_found_by_their_image) {
  deployment_stats stats{"d", 1};
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
