#include "benchmarks/dispatch/simulator.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <random>

namespace modelgate::benchmarks {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

std::vector<simulated_request> poisson(double per_second, std::chrono::seconds length, unsigned seed) {
  std::mt19937_64 chance{seed};
  std::exponential_distribution<double> gap{per_second};
  std::uniform_real_distribution<double> service{0.010, 0.030};
  std::vector<simulated_request> load;
  for (double now = gap(chance); now < static_cast<double>(length.count()); now += gap(chance)) {
    load.push_back({nanoseconds{static_cast<std::int64_t>(now * 1e9)},
                    nanoseconds{static_cast<std::int64_t>(service(chance) * 1e9)}});
  }
  return load;
}

nanoseconds p99(std::vector<nanoseconds> latencies) {
  std::sort(latencies.begin(), latencies.end());
  return latencies[latencies.size() * 99 / 100];
}

/// Over five seeds of a minute, beside one replica of four that is five times slower.
nanoseconds median_p99(double per_second) {
  const std::array<double, 4> factors{1, 1, 1, 5};
  std::array<nanoseconds, 5> found{};
  for (unsigned seed = 0; seed < found.size(); ++seed) {
    found[seed] = p99(simulate(poisson(per_second, 60s, seed), factors));
  }
  std::sort(found.begin(), found.end());
  return found[2];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dispatch_simulator)

BOOST_AUTO_TEST_CASE(one_replica_works_on_one_after_the_other) {
  const std::array<simulated_request, 3> load{{{0ms, 20ms}, {5ms, 20ms}, {100ms, 20ms}}};
  const std::array<double, 1> factors{1};
  const std::vector<nanoseconds> latencies = simulate(load, factors);
  BOOST_TEST((latencies == std::vector<nanoseconds>{20ms, 35ms, 20ms}));
}

BOOST_AUTO_TEST_CASE(a_slower_replica_takes_its_factor) {
  const std::array<simulated_request, 1> load{{{0ms, 20ms}}};
  const std::array<double, 1> factors{5};
  BOOST_TEST((simulate(load, factors) == std::vector<nanoseconds>{100ms}));
}

BOOST_AUTO_TEST_CASE(every_request_is_answered) {
  const auto load = poisson(150, 20s, 1);
  const std::array<double, 4> factors{1, 1, 1, 5};
  BOOST_TEST(simulate(load, factors).size() == load.size());
}

BOOST_AUTO_TEST_CASE(the_policy_keeps_the_tail_short_beside_a_slow_replica) {
  BOOST_TEST((median_p99(110) <= 90ms));
  BOOST_TEST((median_p99(135) <= 140ms));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::benchmarks
