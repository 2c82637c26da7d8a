#include "tests/unit/service/chart_steps.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

namespace modelgate::control::service {

BOOST_FIXTURE_TEST_SUITE(chart_history_suite, history_of_ten_seconds)

BOOST_AUTO_TEST_CASE(rates_are_differences_over_the_step) {
  config::observation first = seen(0, 0, 0);
  first.endpoints.push_back({"d", "deploy-d-r1-0"});  // running, and not asked yet
  history.add(at(10), first);
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
  next.deployments[0].counted.feedback = 4;
  next.deployments[0].counted.reward = 3;
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
  now.clients = {client("app", 10), client("app", 70, 0, 0, {}, "elsewhere")};
  history.add(at(10), now);
  now.clients = {client("app", 40), client("batch", 5)};
  history.add(at(20), now);
  now.clients = {client("app", 20)};  // made again, counted from nothing
  history.add(at(30), now);
  const chart shown = history.read("d", seconds{30}, at(31));
  BOOST_TEST(line_of(shown, "qps", {{"client", "app"}}) == (std::vector<double>{1, 3, 2}),
             boost::test_tools::per_element());
  BOOST_TEST(line_of(shown, "qps", {{"client", "batch"}}).at(1) == 0.5);
}

BOOST_AUTO_TEST_CASE(replicas_are_bounded_and_those_of_the_gone_make_room) {
  for (int i = 1; i <= 200; ++i) {
    config::observation now = seen(0, 0, 0);
    now.endpoints = {{"d", "d-" + std::to_string(i), 1}};
    history.add(at(10 * i), now);
  }
  const chart shown = history.read("d", seconds{3'600}, at(2'001));
  BOOST_TEST(lines_named(shown, "in_flight").size() == 1 + chart_history::most_replicas);
  BOOST_TEST(line_of(shown, "in_flight", {{"replica", "d-184"}}).empty());
  BOOST_TEST(line_of(shown, "in_flight", {{"replica", "d-185"}}).size() == 360U);
  BOOST_TEST(line_of(shown, "in_flight", {{"replica", "d-200"}}).back() == 1);

  config::observation crowd = seen(0, 0, 0);
  for (int i = 1; i <= 40; ++i) crowd.endpoints.push_back({"d", "e-" + std::to_string(i), 1});
  history.add(at(2'010), crowd);
  const chart crowded = history.read("d", seconds{10}, at(2'011));
  BOOST_TEST(lines_named(crowded, "in_flight").size() == 1 + chart_history::most_replicas);
  BOOST_TEST(line_of(crowded, "in_flight").at(0) == 40);  // the sum is of all of them
}

BOOST_AUTO_TEST_CASE(clients_beyond_the_bound_share_a_line) {
  config::observation now = seen(0, 0, 0);
  history.add(at(10), now);
  for (std::uint64_t i = 1; i <= 25; ++i) {
    const std::string name = "c" + std::to_string(i);
    now.clients.push_back(client(name.c_str(), 9 * i, 0, i, {0, 10 * i}));
    now.clients.back().in_flight = static_cast<std::uint32_t>(i);
  }
  now.clients.push_back(client("other", 60));  // is of the others, whatever it asks
  history.add(at(20), now);
  const chart shown = history.read("d", seconds{10}, at(21));
  const auto value = [&](const char* name, std::map<std::string, std::string> labels) {
    return line_of(shown, name, labels).at(0);
  };
  constexpr const char* others = "other";
  for (const char* name : {"qps", "success", "4xx", "5xx", "in_flight"})
    BOOST_TEST(lines_named(shown, name).size() == 1 + chart_history::most_clients + 1);
  BOOST_TEST(value("qps", {{"client", "c25"}}) == 25);
  BOOST_TEST(value("qps", {{"client", "c7"}}) == 7);
  BOOST_TEST(line_of(shown, "qps", {{"client", "c6"}}).size() == 1U);
  BOOST_TEST(value("qps", {{"client", "c6"}}) == 6);
  BOOST_TEST(line_of(shown, "qps", {{"client", "c5"}}).empty());  // those that asked least
  BOOST_TEST(value("qps", {{"client", others}}) == 1 + 2 + 3 + 4 + 5 + 6);
  BOOST_TEST(value("5xx", {{"client", others}}) == 1.5);
  BOOST_TEST(value("success", {{"client", others}}) == 1 - 15.0 / 210, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(value("in_flight", {{"client", others}}) == 15);
  BOOST_TEST(value("latency", {{"client", others}, {"quantile", "0.5"}}) == 0.0075);
}

BOOST_AUTO_TEST_CASE(nobody_draws_more_lines_than_the_bound) {
  for (int second = 10; second <= 30; second += 10) {
    config::observation now = seen(static_cast<std::uint64_t>(second), 0, 0);
    const auto times = static_cast<std::uint64_t>(second);
    now.deployments[0].counted.feedback = times;
    std::vector<replica_reading> usage;
    for (int i = 0; i < 50; ++i) {
      now.deployments[0].models.push_back({"m", std::to_string(i), times});
      config::endpoint_load& load =
          now.endpoints.emplace_back(config::endpoint_load{"d", "r" + std::to_string(i), 1, "h:1"});
      load.counted = {{0, 0, times}, {times}, times, 1};
      usage.push_back({"d", load.replica, {}});
      const std::string name = "c" + std::to_string(i);
      now.clients.push_back(client(name.c_str(), times));
      now.clients.back().counted.feedback = times;
    }
    history.add(at(second), now, usage);
  }
  BOOST_TEST(history.read("d", seconds{10}, at(31)).lines.size() == chart_history::most_lines_of_one);
}

BOOST_AUTO_TEST_CASE(all_lines_together_are_bounded) {
  chart_history small{seconds{10}, 15 * chart_history::line_bytes};
  config::observation now = seen(1, 0, 0);
  now.deployments.push_back(now.deployments[0]);
  now.deployments[1].deployment = "e";
  small.add(at(10), now);
  const auto drawn = [&](const char* id) { return small.read(id, seconds{10}, at(21)).lines.size(); };
  BOOST_TEST(drawn("d") == 11U);
  BOOST_TEST(drawn("e") == 4U);
  now.deployments.erase(now.deployments.begin());
  small.add(at(20), now);
  BOOST_TEST(drawn("d") == 0U);
  BOOST_TEST(drawn("e") == 11U);
}

BOOST_AUTO_TEST_CASE(who_was_never_asked_and_has_no_replicas_takes_no_room_of_others) {
  chart_history small{seconds{10}, 11 * chart_history::line_bytes};
  config::observation now = seen(0, 0, 0);
  now.deployments[0].deployment = "a-stopped-one";
  now.deployments.push_back(seen(1, 0, 0).deployments[0]);
  small.add(at(10), now);
  const auto drawn = [&](const char* id) { return small.read(id, seconds{10}, at(21)).lines.size(); };
  BOOST_TEST(drawn("a-stopped-one") == 0U);
  BOOST_TEST(drawn("d") == 11U);
  now.deployments.erase(now.deployments.begin() + 1);
  now.deployments[0].counted.answers[2] = 40;  // the first that it was asked
  small.add(at(20), now);
  BOOST_TEST(line_of(small.read("a-stopped-one", seconds{10}, at(21)), "qps").at(0) == 4);
}

BOOST_AUTO_TEST_CASE(a_deployment_that_appears_in_between_is_unknown_before) {
  history.add(at(10), seen(7, 0, 0));
  config::observation both = seen(7, 0, 0);
  both.deployments.push_back(seen(20, 0, 0).deployments[0]);
  both.deployments[1].deployment = "late";
  history.add(at(20), both);
  const std::vector<double> qps = line_of(history.read("late", seconds{20}, at(21)), "qps");
  BOOST_TEST(std::isnan(qps.at(0)));
  BOOST_TEST(qps.at(1) == 2);
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
