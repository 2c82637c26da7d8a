// Every line of a chart against numbers worked out by hand.
#include "tests/unit/service/chart_steps.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

namespace modelgate::control::service {

BOOST_FIXTURE_TEST_SUITE(chart_lines_suite, history_of_ten_seconds)

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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::service
