#include "control/runtime/probe_counts.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace modelgate::control::runtime {
namespace {

std::string text_of(const std::vector<metrics::gauge_reading>& readings) {
  std::string text;
  for (const auto& each : readings) {
    for (const auto& [name, value] : each.labels) text.append(value).append(" ");
    text += std::to_string(static_cast<int>(each.value)) + "; ";
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(probe_counts_suite)

BOOST_AUTO_TEST_CASE(counts_by_deployment_and_outcome_and_begins_with_zero) {
  probe_counts counts;
  counts.count("iris", true);
  counts.count("iris", true);
  counts.count("iris", false);
  BOOST_TEST(text_of(counts.read({"iris", "new"}, "deploy-{id}"))
             == "deploy-iris good 2; deploy-iris bad 1; deploy-new good 0; deploy-new bad 0; ");
}

BOOST_AUTO_TEST_CASE(forgets_deployments_that_are_gone) {
  probe_counts counts;
  counts.count("iris", true);
  BOOST_TEST(counts.read({}, "{id}").empty());
  BOOST_TEST(text_of(counts.read({"iris"}, "{id}")) == "iris good 0; iris bad 0; ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime
