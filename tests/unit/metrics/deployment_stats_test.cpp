#include "modelgate/metrics/registry.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

namespace modelgate::metrics {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(deployment_stats_suite)

BOOST_AUTO_TEST_CASE(a_latency_falls_into_the_bucket_whose_bound_it_does_not_pass) {
  latency_histogram histogram;
  histogram.record(5ms);
  histogram.record(5ms + 1ns);
  histogram.record(11s);
  histogram.record(-1ms);
  const latency_totals totals = histogram.read();
  BOOST_TEST(totals.buckets[0] == 2U);
  BOOST_TEST(totals.buckets[1] == 1U);
  BOOST_TEST(totals.buckets.back() == 1U);
  BOOST_TEST(totals.count() == 4U);
  BOOST_TEST(totals.sum_seconds == 11.010000001, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(every_bound_is_the_nanosecond_that_it_says) {
  const auto check = [](auto& histogram, const auto& bounds) {
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      const std::chrono::nanoseconds bound{std::llround(bounds[i] * 1e9)};
      histogram.record(bound);
      histogram.record(bound + 1ns);
      BOOST_TEST(histogram.read().buckets[i] == (i == 0 ? 1U : 2U), bounds[i]);
    }
  };
  latency_histogram seldon;
  check(seldon, seldon_bounds::seconds);
  answer_histogram answers;
  check(answers, answer_bounds::seconds);
  overhead_histogram overhead;
  check(overhead, overhead_bounds::seconds);
}

BOOST_AUTO_TEST_CASE(series_are_made_once_and_bounded) {
  series_list list;
  for (std::uint16_t status = 0; status < 70; ++status) {
    list.record({service::predictions, method_label::post, status, 0}, 1ms);
    list.record({service::predictions, method_label::post, status, 0}, 1ms);
  }
  std::vector<series_list::reading> readings;
  list.read_into(readings);
  BOOST_TEST(readings.size() == series_list::limit);
  for (const auto& reading : readings) BOOST_TEST(reading.totals.count() == 2U);
  BOOST_TEST(list.dropped() == 2 * (70 - series_list::limit));
}

BOOST_AUTO_TEST_CASE(workers_are_summed_and_labels_escaped) {
  registry all{2, "deploy-{id}"};
  const auto stats = all.deployment("iris");
  stats->set_predictor_version("a\"b\\c\nd");
  BOOST_TEST(stats->index_of({"demo/iris", "1.0"}) == 0U);
  BOOST_TEST(stats->index_of({"demo/iris", "2.0"}) == 1U);
  BOOST_TEST(stats->index_of({"demo/iris", "1.0"}) == 0U);
  stats->of_worker(0).server.record({service::predictions, method_label::post, 200, 0}, 1ms);
  stats->of_worker(1).server.record({service::predictions, method_label::post, 200, 0}, 1ms);
  const std::string text = all.expose();
  BOOST_TEST(text.find("deployment_name=\"deploy-iris\",predictor_name=\"deploy\",predictor_version="
                       "\"a\\\"b\\\\c\\nd\",service=\"predictions\",method=\"post\","
                       "code=\"200\",status=\"200\"} 2\n")
             != std::string::npos);
  all.keep_only({});
  BOOST_TEST(all.expose().find("deploy-iris") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::metrics
