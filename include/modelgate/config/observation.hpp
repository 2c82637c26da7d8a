#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/base/diagnostic.hpp"
#include "modelgate/base/result.hpp"
#include "modelgate/crypto/token.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::config {

/// What was answered since the process started, by or to whomever this is said of; it only grows.
struct answer_counts {
  std::vector<std::uint64_t> answers = {};  ///< by the first digit of their status
  std::vector<std::uint64_t> latency = {};  ///< metrics::latency_bounds_seconds, not cumulative
  std::uint64_t feedback = 0;               ///< calls that were accepted
  double reward = 0;                        ///< their sum, without negative ones

  friend bool operator==(const answer_counts&, const answer_counts&) = default;
};

struct endpoint_load {
  std::string deployment;
  std::string replica;
  std::uint32_t in_flight =
      0;  ///< over all workers; counted from before the first byte is sent until the answer is complete
  // Where counts were asked for: what it has answered since it is known here, under this name and address.
  std::string address = {};
  answer_counts counted = {};  ///< a try without an answer is a 5xx; latency is that until the head came

  friend bool operator==(const endpoint_load&, const endpoint_load&) = default;
};

/// What a client has done since the process started.
struct client_use {
  std::string deployment;
  std::string client;
  system_time at;              ///< of its last request, to the minute
  std::uint64_t requests = 0;  ///< that it authenticated
  system_time created_at{};    ///< of the client, which tells it from another one of the same name
  // Where counts were asked for:
  std::uint32_t in_flight = 0;
  answer_counts counted = {};  ///< answers to predictions, as it saw them; feedback that it sent

  friend bool operator==(const client_use&, const client_use&) = default;
};

/// A client has shown the password of which only a foreign hash was known.
struct proven_password {
  std::string deployment;
  std::string client;
  std::string foreign_hash;
  crypto::token_digest digest;

  friend bool operator==(const proven_password& a, const proven_password& b) {
    return a.deployment == b.deployment && a.client == b.client && a.foreign_hash == b.foreign_hash
           && a.digest.equal(b.digest);
  }
};

/// Predictions that were sent to replicas of one image.
struct model_counts {
  std::string image;
  std::string version;
  std::uint64_t predictions = 0;  ///< tries that got no answer included

  friend bool operator==(const model_counts&, const model_counts&) = default;
};

/// What was counted for one deployment since the process started; it only grows.
struct deployment_counts {
  std::string deployment;
  answer_counts counted;  ///< answers to predictions, as clients saw them
  std::vector<model_counts> models = {};

  friend bool operator==(const deployment_counts&, const deployment_counts&) = default;
};

/// The way back: what the gateway tells control.
///
/// Shape: a value, gathered on demand off the workers. An endpoint that left the snapshot is listed for as long as a
///        request is still on it; absent means idle.
struct observation {
  std::vector<std::uint64_t> live_generation;  ///< per worker
  std::vector<endpoint_load> endpoints;
  std::vector<client_use> clients;                  ///< only those used since the process started
  std::vector<proven_password> passwords;           ///< until a snapshot comes that knows them
  std::vector<deployment_counts> deployments = {};  ///< only where they were asked for

  friend bool operator==(const observation&, const observation&) = default;
};

[[nodiscard]] std::string to_json(const observation& value);
[[nodiscard]] result<observation, diagnostics> parse_observation(std::string_view json);

}  // namespace modelgate::config
