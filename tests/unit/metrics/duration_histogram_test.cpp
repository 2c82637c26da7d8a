#include "modelgate/metrics/duration_histogram.hpp"

#include "modelgate/metrics/registry.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::metrics {

BOOST_AUTO_TEST_SUITE(duration_histograms)

BOOST_AUTO_TEST_CASE(are_cumulative_when_they_are_read) {
  duration_histogram times;
  for (const int milliseconds : {1, 2, 3, 60'000}) times.record(std::chrono::milliseconds{milliseconds});
  const histogram_value value = times.read();
  BOOST_TEST(value.cumulative.size() == value.bounds.size() + 1);
  BOOST_TEST(value.cumulative.at(0) == 0U);  // up to half a millisecond
  BOOST_TEST(value.cumulative.at(1) == 1U);  // a bound belongs to its bucket
  BOOST_TEST(value.cumulative.at(2) == 2U);
  BOOST_TEST(value.cumulative.at(3) == 3U);
  BOOST_TEST(value.cumulative.back() == 4U);
  BOOST_TEST(value.sum == 60.006, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(are_exposed_as_histograms) {
  registry all{1, "{id}"};
  all.add_source([] {
    duration_histogram times;
    times.record(std::chrono::milliseconds{1});
    return std::vector<gauge_reading>{
        {"modelgate_test_seconds", "A test.", {{"outcome", "done"}}, 0, false, times.read()}};
  });
  const std::string text = all.expose();
  for (const char* line :
       {"# TYPE modelgate_test_seconds histogram\n", "modelgate_test_seconds_count{outcome=\"done\"} 1\n",
        "modelgate_test_seconds_bucket{outcome=\"done\",le=\"0.0005\"} 0\n",
        "modelgate_test_seconds_bucket{outcome=\"done\",le=\"+Inf\"} 1\n"}) {
    BOOST_TEST(text.find(line) != std::string::npos, line);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::metrics
