#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/base/diagnostic.hpp"
#include "modelgate/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::config {

struct endpoint_load {
  std::string deployment;
  std::string replica;
  std::uint32_t in_flight =
      0;  ///< over all workers; counted from before the first byte is sent until the answer is complete

  friend bool operator==(const endpoint_load&, const endpoint_load&) = default;
};

struct client_last_use {
  std::string deployment;
  std::string client;
  system_time at;

  friend bool operator==(const client_last_use&, const client_last_use&) = default;
};

/// What was counted for one deployment since the process started; it only grows.
struct deployment_counts {
  std::string deployment;
  std::vector<std::uint64_t> answers;  ///< to predictions, by the first digit of their status
  std::vector<std::uint64_t> latency;  ///< of those, as clients saw it: metrics::latency_bounds_seconds, not cumulative
  std::uint64_t feedback = 0;          ///< calls that were accepted
  double reward = 0;                   ///< their sum, as counted for Seldon's dashboards

  friend bool operator==(const deployment_counts&, const deployment_counts&) = default;
};

/// The way back: what the gateway tells control.
///
/// Shape: a value, gathered on demand off the workers. An endpoint that left the snapshot is listed for as long as a
///        request is still on it; absent means idle.
struct observation {
  std::vector<std::uint64_t> live_generation;  ///< per worker
  std::vector<endpoint_load> endpoints;
  std::vector<client_last_use> clients;  ///< to the minute; only clients used since the process started

  std::vector<deployment_counts> deployments = {};

  friend bool operator==(const observation&, const observation&) = default;
};

[[nodiscard]] std::string to_json(const observation& value);
[[nodiscard]] result<observation, diagnostics> parse_observation(std::string_view json);

}  // namespace modelgate::config
