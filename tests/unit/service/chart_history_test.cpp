#include "control/service/chart_history.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

namespace modelgate::control::service {
namespace {

using std::chrono::seconds;

system_time at(std::int64_t second) {
  return system_time{seconds{1'800'000'000 + second}};
}

/// Of deployment "d": 2xx, 4xx and 5xx answers so far, all of them in one bucket of latency.
config::observation seen(std::uint64_t good, std::uint64_t wrong, std::uint64_t failed, std::size_t bucket = 0) {
  config::deployment_counts counts;
  counts.deployment = "d";
  counts.answers = {0, 0, good, 0, wrong, failed};
  counts.latency.assign(15, 0);
  counts.latency[bucket] = good + wrong + failed;
  config::observation seen_now;
  seen_now.deployments.push_back(counts);
  return seen_now;
}

std::vector<double> line_of(const chart& shown, const std::string& name,
                            const std::map<std::string, std::string>& labels = {}) {
  for (const chart::line& each : shown.lines) {
    if (each.name == name && each.labels == labels) return each.values;
  }
  return {};
}

struct history_of_ten_seconds {
  chart_history history{seconds{10}};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(chart_history_suite, history_of_ten_seconds)

BOOST_AUTO_TEST_CASE(rates_are_differences_over_the_step) {
  history.add(at(10), seen(0, 0, 0));
  history.add(at(20), seen(30, 5, 5));
  history.add(at(30), seen(30, 5, 5));
  history.add(at(40), seen(130, 5, 5));
  const chart shown = history.read("d", seconds{40}, at(41));
  BOOST_TEST((shown.start == at(0)));
  BOOST_TEST((shown.step == seconds{10}));
  BOOST_TEST(line_of(shown, "qps") == (std::vector<double>{0, 4, 0, 10}), boost::test_tools::per_element());
  BOOST_TEST(line_of(shown, "4xx") == (std::vector<double>{0, 0.5, 0, 0}), boost::test_tools::per_element());
  BOOST_TEST(line_of(shown, "5xx") == (std::vector<double>{0, 0.5, 0, 0}), boost::test_tools::per_element());
  const std::vector<double> success = line_of(shown, "success");
  BOOST_TEST(std::isnan(success.at(0)));  // nobody asked: neither good nor bad
  BOOST_TEST(success.at(1) == 0.875);
  BOOST_TEST(std::isnan(success.at(2)));
  BOOST_TEST(success.at(3) == 1);
}

BOOST_AUTO_TEST_CASE(a_step_that_was_left_out_is_unknown_and_the_next_covers_it) {
  history.add(at(10), seen(0, 0, 0));
  history.add(at(40), seen(60, 0, 0));
  const std::vector<double> qps = line_of(history.read("d", seconds{40}, at(41)), "qps");
  BOOST_TEST(qps.size() == 4U);
  BOOST_TEST(std::isnan(qps.at(1)));
  BOOST_TEST(std::isnan(qps.at(2)));
  BOOST_TEST(qps.at(3) == 2);
}

BOOST_AUTO_TEST_CASE(what_is_old_is_overwritten_and_never_shown_as_new) {
  for (int i = 1; i <= 400; ++i) history.add(at(10 * i), seen(static_cast<std::uint64_t>(10 * i * i), 0, 0));
  const chart shown = history.read("d", seconds{3'600}, at(4'001));
  const std::vector<double> qps = line_of(shown, "qps");
  BOOST_TEST(qps.size() == chart_history::kept);
  BOOST_TEST((shown.start == at(4'000 - 3'600)));
  for (std::size_t i = 0; i < qps.size(); ++i) BOOST_TEST(qps[i] == static_cast<double>(2 * (41 + i) - 1));
}

BOOST_AUTO_TEST_CASE(a_deployment_made_again_begins_anew) {
  history.add(at(10), seen(100, 0, 0));
  history.add(at(20), seen(20, 0, 0));  // under the same id, counted from nothing
  BOOST_TEST(line_of(history.read("d", seconds{10}, at(21)), "qps").at(0) == 2);
  history.add(at(30), {});
  BOOST_TEST(history.read("d", seconds{10}, at(31)).lines.empty());
}

BOOST_AUTO_TEST_CASE(replicas_and_rewards_have_lines) {
  config::observation first = seen(0, 0, 0);
  history.add(at(10), first);
  config::observation next = seen(1, 0, 0);
  next.endpoints = {{"d", "d-0", 2}, {"d", "d-1", 3}, {"other", "o-0", 9}};
  next.deployments[0].feedback = 4;
  next.deployments[0].reward = 3;
  history.add(at(20), next);
  const chart shown = history.read("d", seconds{20}, at(21));
  BOOST_TEST(line_of(shown, "in_flight").at(1) == 5);
  BOOST_TEST(line_of(shown, "in_flight", {{"replica", "d-1"}}).at(1) == 3);
  BOOST_TEST(std::isnan(line_of(shown, "in_flight", {{"replica", "d-1"}}).at(0)));
  BOOST_TEST(line_of(shown, "in_flight", {{"replica", "o-0"}}).empty());
  BOOST_TEST(line_of(shown, "reward").at(1) == 0.75);
}

BOOST_AUTO_TEST_CASE(clients_have_lines) {
  config::observation now = seen(0, 0, 0);
  now.clients = {{"d", "app", {}, 10, {}}, {"other", "app", {}, 70, {}}};
  history.add(at(10), now);
  now.clients = {{"d", "app", {}, 40, {}}, {"d", "batch", {}, 5, {}}};
  history.add(at(20), now);
  now.clients = {{"d", "app", {}, 20, {}}};  // made again, counted from nothing
  history.add(at(30), now);
  const chart shown = history.read("d", seconds{30}, at(31));
  BOOST_TEST(line_of(shown, "qps", {{"client", "app"}}) == (std::vector<double>{1, 3, 2}),
             boost::test_tools::per_element());
  BOOST_TEST(line_of(shown, "qps", {{"client", "batch"}}).at(1) == 0.5);
}

BOOST_AUTO_TEST_CASE(lines_are_bounded_and_those_of_the_gone_make_room) {
  for (int i = 1; i <= 1'000; ++i) {
    config::observation now = seen(0, 0, 0);
    now.endpoints = {{"d", "d-" + std::to_string(i), 1}};
    history.add(at(10 * i), now);
  }
  BOOST_TEST(history.read("d", seconds{3'600}, at(10'001)).lines.size() <= chart_history::most_lines);
  for (int i = 1'001; i <= 1'400; ++i) history.add(at(10 * i), seen(0, 0, 0));
  config::observation now = seen(0, 0, 0);
  now.endpoints = {{"d", "fresh", 1}};
  history.add(at(14'010), now);
  BOOST_TEST(line_of(history.read("d", seconds{10}, at(14'011)), "in_flight", {{"replica", "fresh"}}).at(0) == 1);
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_back_does_no_harm) {
  history.add(at(100), seen(10, 0, 0));
  history.add(at(50), seen(20, 0, 0));
  history.add(at(110), seen(30, 0, 0));
  BOOST_TEST(line_of(history.read("d", seconds{10}, at(111)), "qps").at(0) == 2);
}

BOOST_AUTO_TEST_CASE(quantiles_are_those_of_prometheus) {
  std::vector<std::uint64_t> buckets(15, 0);
  BOOST_TEST(std::isnan(quantile_of(0.5, buckets)));
  buckets[0] = 50;  // up to 5 ms
  buckets[1] = 50;  // up to 10 ms
  BOOST_TEST(quantile_of(0.5, buckets) == 0.005, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(quantile_of(0.25, buckets) == 0.0025, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(quantile_of(0.99, buckets) == 0.0099, boost::test_tools::tolerance(1e-9));
  buckets.assign(15, 0);
  buckets[14] = 1;  // longer than every bound
  BOOST_TEST(quantile_of(0.5, buckets) == 10.0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::service
