#pragma once

#include <chrono>
#include <span>
#include <vector>

namespace modelgate::benchmarks {

/// One request of a recorded load: when it comes, and how long a replica of factor 1 works on it.
struct simulated_request {
  std::chrono::nanoseconds arrival{0};
  std::chrono::nanoseconds service{0};
};

/// What dispatch does, as a discrete-event simulation: the same schedule and the same averages as the gateway's, a clock
/// that jumps, nothing between a decision and its effect. What the gateway adds to it is what it costs.
///
/// Shape:  pure. `factors` has one entry for each replica, which works on one request at a time, that much slower.
/// Units:  answers each request's time from arrival to its last byte, in the order of completion.
[[nodiscard]] std::vector<std::chrono::nanoseconds> simulate(std::span<const simulated_request> load,
                                                             std::span<const double> factors);

}  // namespace modelgate::benchmarks
