#include "control/runtime/runtime_counts.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace modelgate::control::runtime {
namespace {

using std::chrono::milliseconds;

/// "name: label value; ", of histograms "count/sum in ms" for the value.
std::string text_of(const std::vector<metrics::gauge_reading>& readings, std::string_view name) {
  std::string text;
  for (const auto& each : readings) {
    if (each.name != name) continue;
    for (const auto& [key, value] : each.labels) text.append(value).append(" ");
    if (each.histogram) {
      text += std::to_string(each.histogram->cumulative.back()) + "/"
              + std::to_string(static_cast<int>(each.histogram->sum * 1'000 + 0.5)) + "; ";
    } else {
      text += std::to_string(static_cast<int>(each.value)) + "; ";
    }
  }
  return text;
}

constexpr std::string_view probes = "modelgate_health_probes_total";
constexpr std::string_view starts = "modelgate_replica_start_seconds";
constexpr std::string_view pulls = "modelgate_image_pull_seconds";

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_counts_suite)

BOOST_AUTO_TEST_CASE(counts_probes_by_deployment_and_outcome_and_begins_with_zero) {
  runtime_counts counts;
  counts.on_probe("iris", true);
  counts.on_probe("iris", true);
  counts.on_probe("iris", false);
  BOOST_TEST(text_of(counts.read({"iris", "new"}, "deploy-{id}"), probes)
             == "deploy-iris good 2; deploy-iris bad 1; deploy-new good 0; deploy-new bad 0; ");
}

BOOST_AUTO_TEST_CASE(times_starts_by_deployment_and_pulls_of_all) {
  runtime_counts counts;
  counts.on_start("iris", milliseconds{1'500});
  counts.on_start("iris", milliseconds{90'000});
  counts.on_pull(milliseconds{20});
  for (int scrape = 0; scrape < 2; ++scrape) {
    const auto readings = counts.read({"iris", "new"}, "{id}");
    BOOST_TEST(text_of(readings, starts) == "iris 2/91500; new 0/0; ");
    BOOST_TEST(text_of(readings, pulls) == "1/20; ");
  }
}

BOOST_AUTO_TEST_CASE(forgets_deployments_that_are_gone) {
  runtime_counts counts;
  counts.on_probe("iris", true);
  counts.on_start("iris", milliseconds{10});
  BOOST_TEST(text_of(counts.read({}, "{id}"), probes).empty());
  BOOST_TEST(text_of(counts.read({"iris"}, "{id}"), probes) == "iris good 0; iris bad 0; ");
  BOOST_TEST(text_of(counts.read({"iris"}, "{id}"), starts) == "iris 0/0; ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime
