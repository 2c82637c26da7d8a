// usage: simulate FACTOR... < LOAD
// LOAD has a line per request, "<arrival us> <service us>"; the latencies are printed in microseconds, one a line.
#include "benchmarks/dispatch/simulator.hpp"

#include <cstdint>
#include <cstdlib>
#include <iostream>

int main(int count, char* arguments[]) {
  std::vector<double> factors;
  for (int i = 1; i < count; ++i) factors.push_back(std::strtod(arguments[i], nullptr));
  std::vector<modelgate::benchmarks::simulated_request> load;
  std::int64_t arrival = 0;
  std::int64_t service = 0;
  while (std::cin >> arrival >> service) {
    load.push_back({std::chrono::microseconds{arrival}, std::chrono::microseconds{service}});
  }
  for (const auto latency : modelgate::benchmarks::simulate(load, factors)) {
    std::cout << std::chrono::duration_cast<std::chrono::microseconds>(latency).count() << "\n";
  }
}
