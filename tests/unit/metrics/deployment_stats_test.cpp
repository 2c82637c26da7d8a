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
  for (std::uint16_t status = 200; status < 270; ++status) {
    list.record({service::predictions, method_label::post, status, 0}, 1ms);
    list.record({service::predictions, method_label::post, status, 0}, 1ms);
  }
  list.record({service::predictions, method_label::post, 503, 0}, 1ms);
  list.record({service::predictions, method_label::post, 999, 0}, 1ms);
  std::vector<series_list::reading> readings;
  list.read_into(readings);
  BOOST_TEST(readings.size() == series_list::limit + 2);
  std::uint64_t all = 0;
  std::uint64_t failures = 0;
  for (const auto& reading : readings) {
    all += reading.totals.count();
    if (reading.key.status >= 500) failures += reading.totals.count();
  }
  BOOST_TEST(all == 142U, "none is lost");
  BOOST_TEST(failures == 2U);
  BOOST_TEST(list.folded() == 2 * (70 - series_list::limit) + 2);
}

BOOST_AUTO_TEST_CASE(a_new_model_is_counted_however_many_there_were) {
  registry all{1, "{id}"};
  const auto stats = all.deployment("iris");
  const auto serve = [&](int version) {
    const model_index model = stats->index_of({"demo/iris", std::to_string(version)});
    stats->set_serving({model});
    for (const std::uint16_t status : std::initializer_list<std::uint16_t>{200, 404, 500})
      stats->of_worker(0).client.record({service::predictions, method_label::post, status, model}, 1ms);
    stats->of_worker(0).feedback.record(model, true, 1, 1);
    return model;
  };
  const model_index first = serve(0);
  for (int version = 1; version < 200; ++version) static_cast<void>(serve(version));
  const auto text = [&] { return all.expose(); };
  const auto shows = [](const std::string& in, int version, const char* what) {
    return in.find(std::string{what} + "{deployment_name=\"iris\",predictor_name=\"deploy\",predictor_version=\"\"")
               != std::string::npos
           && in.find("model_version=\"" + std::to_string(version) + "\"") != std::string::npos;
  };
  BOOST_TEST(shows(text(), 199, "seldon_api_model_feedback_total"));
  BOOST_TEST(text().find("model_version=\"199\",method=\"post\",code=\"500\",status=\"500\"} 1\n")
             != std::string::npos);
  BOOST_TEST(text().find("model_version=\"199\",method=\"feedback\"} 1\n") != std::string::npos);
  BOOST_TEST(!shows(text(), 100, "seldon_api_model_feedback_total"), "it has not served for long");
  BOOST_TEST(stats->shown_models().size() == deployment_stats::recent_models);
  stats->set_serving({first, stats->index_of({"demo/iris", "199"})});  // the last good one, behind many that failed
  BOOST_TEST(stats->shown_models().size() == deployment_stats::recent_models + 1);
  BOOST_TEST(shows(text(), 0, "seldon_api_model_feedback_total"));
}

BOOST_AUTO_TEST_CASE(models_beyond_a_life_s_worth_share_one) {
  deployment_stats stats{"iris", 1, 64};
  for (std::size_t i = 0; i < deployment_stats::most_models + 10; ++i)
    static_cast<void>(stats.index_of({"m", std::to_string(i)}));
  BOOST_TEST(stats.index_of({"another", "1"}) == deployment_stats::most_models - 1);
  BOOST_TEST(stats.shown_models().at(deployment_stats::most_models - 1).image == "other");
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
  all.forget("iris");
  BOOST_TEST(all.expose().find("deploy-iris") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::metrics
