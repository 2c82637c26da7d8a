#include "control/service/chart_history.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

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
  counts.counted.answers = {0, 0, good, 0, wrong, failed};
  counts.counted.latency.assign(15, 0);
  counts.counted.latency[bucket] = good + wrong + failed;
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

std::vector<chart::line> lines_named(const chart& shown, const std::string& name) {
  std::vector<chart::line> found;
  for (const chart::line& each : shown.lines) {
    if (each.name == name) found.push_back(each);
  }
  return found;
}

/// A client with so many 2xx, 4xx and 5xx answers so far, in the first two buckets of latency.
config::client_use client(const char* name, std::uint64_t good, std::uint64_t wrong = 0, std::uint64_t failed = 0,
                          std::vector<std::uint64_t> latency = {}, const char* deployment = "d") {
  config::client_use use;
  use.deployment = deployment;
  use.client = name;
  latency.resize(15);
  use.counted = {{0, 0, good, 0, wrong, failed}, std::move(latency), 0, 0};
  return use;
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
  now.clients.push_back(client("other", 60));  // a name like any
  history.add(at(20), now);
  const chart shown = history.read("d", seconds{10}, at(21));
  const auto value = [&](const char* name, std::map<std::string, std::string> labels) {
    return line_of(shown, name, labels).at(0);
  };
  constexpr const char* others = "all others";
  for (const char* name : {"qps", "success", "4xx", "5xx", "in_flight"})
    BOOST_TEST(lines_named(shown, name).size() == 1 + chart_history::most_clients + 1);
  BOOST_TEST(value("qps", {{"client", "c25"}}) == 25);
  BOOST_TEST(value("qps", {{"client", "c7"}}) == 7);
  BOOST_TEST(line_of(shown, "qps", {{"client", "c6"}}).size() == 1U);
  BOOST_TEST(value("qps", {{"client", "c6"}}) == 6);
  BOOST_TEST(line_of(shown, "qps", {{"client", "c5"}}).empty());  // those that asked least
  BOOST_TEST(line_of(shown, "qps", {{"client", "other"}}).empty());
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

/// Five steps with everything in them; each number below was worked out by hand from the table in the comments.
///
/// | step ends | 2xx | 4xx | 5xx | buckets (5 ms, 10 ms) | feedback | reward | sent to m:1, m:2 |
/// | 10        |  10 |   0 |   0 | 10, 0                 | 0        | 0      | 10, 0            |
/// | 20        |  40 |   6 |   4 | 30, 20                | 4        | 3      | 10, 44           |
/// | 30        | left out                                                                    |
/// | 40        |  80 |   6 |  14 | 80, 20                | 4        | 3      | 10, 104          |
/// | 50        |  15 |   5 |   0 | 0, 20                 | 2        | 1      | 20 (of m:3)      |  counted from nothing again
///
/// | step ends | app: 2xx | 4xx | 5xx | buckets | in flight | feedback | reward | job: 2xx | 4xx | buckets |
/// | 10        |       10 |   0 |   0 | 10, 0   | 1         | 0        | 0      |                          |
/// | 20        |       30 |   6 |   4 | 20, 20  | 0         | 4        | 3      |       10 |   0 | 10, 0   |
/// | 40        |       60 |   6 |  14 | 60, 20  | 2         | 4        | 3      |       20 |   0 | 20, 0   |
/// | 50        |       10 |   5 |   0 | 0, 15   | 0         | 2        | 1      | was deleted              |  app counted anew
BOOST_AUTO_TEST_CASE(every_line_is_what_was_worked_out_by_hand) {
  const auto step = [&](int second, std::uint64_t good, std::uint64_t wrong, std::uint64_t failed,
                        std::vector<std::uint64_t> buckets, std::uint64_t feedback, double reward,
                        std::vector<config::model_counts> models, std::vector<config::endpoint_load> endpoints,
                        std::vector<config::client_use> clients, const std::vector<replica_reading>& usage) {
    config::observation now;
    config::deployment_counts counts;
    counts.deployment = "d";
    buckets.resize(15);
    counts.counted = {{0, 0, good, 0, wrong, failed}, buckets, feedback, reward};
    counts.models = std::move(models);
    now.deployments.push_back(counts);
    now.endpoints = std::move(endpoints);
    now.clients = std::move(clients);
    history.add(at(second), now, usage);
  };
  const auto load = [](const char* replica, std::uint32_t in_flight, const char* address, std::uint64_t good,
                       std::uint64_t failed, std::uint64_t quick, std::uint64_t slow, std::uint64_t feedback = 0,
                       double reward = 0) {
    config::endpoint_load made{"d", replica, in_flight, address};
    made.counted = {{0, 0, good, 0, 0, failed}, {quick, slow}, feedback, reward};
    made.counted.latency.resize(15);
    return made;
  };
  const auto asks = [](config::client_use made, std::uint32_t in_flight, std::uint64_t feedback = 0,
                       double reward = 0) {
    made.in_flight = in_flight;
    made.counted.feedback = feedback;
    made.counted.reward = reward;
    return made;
  };
  const auto takes = [](const char* replica, int looked_at, double cpu_seconds, std::uint64_t memory) {
    domain::replica_usage usage;
    usage.at = steady_time{seconds{looked_at}};
    usage.cpu_seconds = cpu_seconds;
    usage.memory_bytes = memory;
    return replica_reading{"d", replica, usage};
  };
  step(10, 10, 0, 0, {10, 0}, 0, 0, {{"m", "1", 10}}, {load("a", 1, "h:1", 10, 0, 10, 0)},
       {asks(client("app", 10, 0, 0, {10, 0}), 1)}, {takes("a", 8, 5, 100)});
  step(20, 40, 6, 4, {30, 20}, 4, 3, {{"m", "1", 10}, {"m", "2", 44}},
       {load("a", 2, "h:1", 30, 0, 30, 0, 3, 3), load("b", 3, "h:2", 16, 4, 0, 20, 1, 0)},
       {asks(client("app", 30, 6, 4, {20, 20}), 0, 4, 3), asks(client("job", 10, 0, 0, {10}), 5)},
       {takes("a", 18, 7.5, 200), takes("b", 19, 1, 50)});
  step(40, 80, 6, 14, {80, 20}, 4, 3, {{"m", "1", 10}, {"m", "2", 104}},
       // a was started again: what is left of the old one, and the new one, on another address
       {load("a", 1, "h:1", 40, 0, 40, 0, 3, 3), load("a", 1, "h:9", 10, 10, 20, 0, 4, 1),
        load("b", 0, "h:2", 16, 4, 0, 20, 1, 0)},
       {asks(client("app", 60, 6, 14, {60, 20}), 2, 4, 3), asks(client("job", 20, 0, 0, {20}), 0)},
       {takes("a", 38, 27.5, 300), takes("b", 19, 1, 60)});
  step(50, 15, 5, 0, {0, 20}, 2, 1, {{"m", "3", 20}}, {load("a", 0, "h:9", 10, 10, 20, 0, 4, 1)},
       {asks(client("app", 10, 5, 0, {0, 15}), 0, 2, 1)}, {takes("a", 48, 2, 10)});

  const chart shown = history.read("d", seconds{60}, at(51));
  const double none = std::numeric_limits<double>::quiet_NaN();
  BOOST_TEST((shown.start == at(-10)));
  std::size_t compared = 0;
  const auto is = [&](const char* name, const std::map<std::string, std::string>& labels,
                      const std::vector<double>& expected) {
    const std::vector<double> line = line_of(shown, name, labels);
    BOOST_TEST_CONTEXT(name << " " << (labels.empty() ? "" : labels.begin()->second)) {
      BOOST_TEST_REQUIRE(line.size() == expected.size());
      for (std::size_t i = 0; i < line.size(); ++i) {
        if (std::isnan(expected[i]))
          BOOST_TEST(std::isnan(line[i]), i << ": " << line[i]);
        else
          BOOST_TEST(line[i] == expected[i], boost::test_tools::tolerance(1e-12));
      }
    }
    ++compared;
  };
  // The step that ends at 40 is of twenty seconds, as the one before it was left out.
  is("qps", {}, {none, 1, 4, none, 2.5, 2});
  is("success", {}, {none, 1, 0.9, none, 0.8, 1});
  is("4xx", {}, {none, 0, 0.6, none, 0, 0.5});
  is("5xx", {}, {none, 0, 0.4, none, 0.5, 0});
  // Of 20 up to 5 ms and 20 up to 10 ms, the twentieth is at 5 ms and the thirtieth half way on.
  is("latency", {{"quantile", "0.5"}}, {none, 0.0025, 0.005, none, 0.0025, 0.0075});
  is("latency", {{"quantile", "0.75"}}, {none, 0.00375, 0.0075, none, 0.00375, 0.00875});
  is("latency", {{"quantile", "0.9"}}, {none, 0.0045, 0.009, none, 0.0045, 0.0095});
  is("latency", {{"quantile", "0.95"}}, {none, 0.00475, 0.0095, none, 0.00475, 0.00975});
  is("latency", {{"quantile", "0.99"}}, {none, 0.00495, 0.0099, none, 0.00495, 0.00995});
  is("reward", {}, {none, none, 0.75, none, none, 0.5});
  is("in_flight", {}, {none, 1, 5, none, 2, 0});
  is("predict_qps", {{"image", "m"}, {"version", "1"}}, {none, 1, 0, none, 0, none});
  is("predict_qps", {{"image", "m"}, {"version", "2"}}, {none, none, 4.4, none, 3, none});
  is("predict_qps", {{"image", "m"}, {"version", "3"}}, {none, none, none, none, none, 2});

  is("qps", {{"replica", "a"}}, {none, 1, 2, none, 1.5, 0});
  is("success", {{"replica", "a"}}, {none, 1, 1, none, 1 - 10.0 / 30, none});
  is("4xx", {{"replica", "a"}}, {none, 0, 0, none, 0, 0});
  is("5xx", {{"replica", "a"}}, {none, 0, 0, none, 0.5, 0});
  is("latency", {{"quantile", "0.5"}, {"replica", "a"}}, {none, 0.0025, 0.0025, none, 0.0025, none});
  is("in_flight", {{"replica", "a"}}, {none, 1, 2, none, 2, 0});
  is("cpu", {{"replica", "a"}}, {none, none, 0.25, none, 1, 0});  // 2.5 s in 10, 20 s in 20; then counted from nothing
  is("memory", {{"replica", "a"}}, {none, 100, 200, none, 300, 10});
  is("reward", {{"replica", "a"}}, {none, none, 1, none, 0.25, none});  // of the old one no more, of the new one 1 of 4
  // It appeared in the middle and has gone at the end.
  is("qps", {{"replica", "b"}}, {none, none, 2, none, 0, none});
  is("success", {{"replica", "b"}}, {none, none, 0.8, none, none, none});
  is("5xx", {{"replica", "b"}}, {none, none, 0.4, none, 0, none});
  is("4xx", {{"replica", "b"}}, {none, none, 0, none, 0, none});
  is("latency", {{"quantile", "0.99"}, {"replica", "b"}}, {none, none, 0.00995, none, none, none});
  is("in_flight", {{"replica", "b"}}, {none, none, 3, none, 0, none});
  is("cpu", {{"replica", "b"}}, {none, none, none, none, none, none});  // looked at once
  is("memory", {{"replica", "b"}}, {none, none, 50, none, 60, none});
  is("reward", {{"replica", "b"}}, {none, none, 0, none, none, none});

  is("qps", {{"client", "app"}}, {none, 1, 3, none, 2, 1.5});
  is("success", {{"client", "app"}}, {none, 1, 1 - 4.0 / 30, none, 0.75, 1});
  is("4xx", {{"client", "app"}}, {none, 0, 0.6, none, 0, 0.5});
  is("5xx", {{"client", "app"}}, {none, 0, 0.4, none, 0.5, 0});
  // Of 10 up to 5 ms and 20 up to 10 ms, the fifteenth is a quarter of the way on.
  is("latency", {{"client", "app"}, {"quantile", "0.5"}}, {none, 0.0025, 0.00625, none, 0.0025, 0.0075});
  is("latency", {{"client", "app"}, {"quantile", "0.75"}}, {none, 0.00375, 0.008125, none, 0.00375, 0.00875});
  is("latency", {{"client", "app"}, {"quantile", "0.9"}}, {none, 0.0045, 0.00925, none, 0.0045, 0.0095});
  is("latency", {{"client", "app"}, {"quantile", "0.95"}}, {none, 0.00475, 0.009625, none, 0.00475, 0.00975});
  is("latency", {{"client", "app"}, {"quantile", "0.99"}}, {none, 0.00495, 0.009925, none, 0.00495, 0.00995});
  is("in_flight", {{"client", "app"}}, {none, 1, 0, none, 2, 0});
  is("reward", {{"client", "app"}}, {none, none, 0.75, none, none, 0.5});
  // It appeared in the middle, never gave feedback, and was deleted.
  is("qps", {{"client", "job"}}, {none, none, 1, none, 0.5, none});
  is("success", {{"client", "job"}}, {none, none, 1, none, 1, none});
  is("4xx", {{"client", "job"}}, {none, none, 0, none, 0, none});
  is("5xx", {{"client", "job"}}, {none, none, 0, none, 0, none});
  is("latency", {{"client", "job"}, {"quantile", "0.99"}}, {none, none, 0.00495, none, 0.00495, none});
  is("in_flight", {{"client", "job"}}, {none, none, 5, none, 0, none});
  BOOST_TEST(compared == shown.lines.size() - 3 * 4);  // the other quantiles of the two replicas and of one client
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
