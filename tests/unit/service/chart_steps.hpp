#pragma once

#include "control/service/chart_history.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

/// What tests of charts feed them, and how they look a line up.
namespace modelgate::control::service {

using std::chrono::seconds;

inline system_time at(std::int64_t second) {
  return system_time{seconds{1'800'000'000 + second}};
}

/// Of deployment "d": 2xx, 4xx and 5xx answers so far, all of them in one bucket of latency.
inline config::observation seen(std::uint64_t good, std::uint64_t wrong, std::uint64_t failed, std::size_t bucket = 0) {
  config::deployment_counts counts;
  counts.deployment = "d";
  counts.counted.answers = {0, 0, good, 0, wrong, failed};
  counts.counted.latency.assign(15, 0);
  counts.counted.latency[bucket] = good + wrong + failed;
  config::observation seen_now;
  seen_now.deployments.push_back(counts);
  return seen_now;
}

inline std::vector<double> line_of(const chart& shown, const std::string& name,
                                   const std::map<std::string, std::string>& labels = {}) {
  for (const chart::line& each : shown.lines) {
    if (each.name == name && each.labels == labels) return each.values;
  }
  return {};
}

inline std::vector<chart::line> lines_named(const chart& shown, const std::string& name) {
  std::vector<chart::line> found;
  for (const chart::line& each : shown.lines) {
    if (each.name == name) found.push_back(each);
  }
  return found;
}

/// A client with so many 2xx, 4xx and 5xx answers so far, in the first two buckets of latency.
inline config::client_use client(const char* name, std::uint64_t good, std::uint64_t wrong = 0,
                                 std::uint64_t failed = 0, std::vector<std::uint64_t> latency = {},
                                 const char* deployment = "d") {
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

}  // namespace modelgate::control::service
