#pragma once

#include "modelgate/base/cache_line.hpp"
#include "modelgate/metrics/counter.hpp"

#include <array>
#include <cstddef>

namespace modelgate::metrics {

/// Why a request was counted by no deployment.
enum class unrouted_reason : std::size_t { deployment_not_found, route_not_found, method_not_allowed, size };
enum class auth_failure : std::size_t { missing, malformed, mistyped, unknown, expired, size };
enum class queue_refusal : std::size_t { full, timeout, size };
/// Why a request or an answer under way was cut for its slowness: timeouts.body_min_rate, answer_min_rate, contended_min_rate
/// of a body or an answer, stream_idle.
enum class slowness : std::size_t { body, answer, contended_body, contended_answer, idle, size };
enum class handshake_failure : std::size_t { timeout, closed, protocol, certificate, size };
enum class retry_cause : std::size_t { connect, reset_before_sent, reset_after_sent, size };
enum class hedge_outcome : std::size_t { won, lost, limited, no_idle_replica, size };
/// Why a connection was closed as soon as it came: limits.connections, limits.connections_per_address,
/// limits.descriptor_headroom.
enum class connection_refusal : std::size_t { connections, address, descriptors, size };
/// What became of a request for WebSocket where it is allowed: refused by us, declined by the replica (or lost on the way
/// to it), or how its tunnel ended.
enum class tunnel_outcome : std::size_t {
  refused,
  declined,
  closed,
  client_lost,
  replica_lost,
  idle,
  expired,
  drained,
  size
};
enum class tunnel_direction : std::size_t { upstream, downstream, size };

/// What one worker counts beside the deployments' histograms.
///
/// Shape: one writer, any reader; on cache lines of its own.
struct alignas(cache_line) worker_stats {
  counter connections_accepted;
  std::array<counter, static_cast<std::size_t>(connection_refusal::size)> connections_refused;
  counter connections_open;
  counter tls_handshakes;  ///< that came to their end
  counter tls_resumed;     ///< of these: with a ticket of an earlier connection
  std::array<counter, static_cast<std::size_t>(handshake_failure::size)> tls_failures;
  counter upstream_tls_failures;
  counter requests_in_flight;
  /// Answers that the gateway gave itself, by reason (http::reason).
  std::array<counter, 40> replies;
  counter buffer_bytes;              ///< of requests and answers under way, as limits.memory_bytes counts them
  std::array<counter, 16> rejected;  ///< never understood, by what is wrong with them (http::fault)
  std::array<counter, static_cast<std::size_t>(unrouted_reason::size)> unrouted;
  std::array<counter, static_cast<std::size_t>(auth_failure::size)> auth_failures;
  std::array<counter, static_cast<std::size_t>(retry_cause::size)> retries;
  counter retry_budget_exhausted;
  std::array<counter, static_cast<std::size_t>(hedge_outcome::size)> hedges;
  counter queued;                   ///< requests that had to wait for a replica
  counter queue_wait_microseconds;  ///< of those that were sent in the end
  std::array<counter, static_cast<std::size_t>(queue_refusal::size)> queue_refusals;
  std::array<counter, static_cast<std::size_t>(slowness::size)> slow_cut;
  counter upstream_connects;
  counter upstream_connect_failures;
  counter upstream_reuses;
  counter request_body_bytes;
  counter response_body_bytes;
  counter tunnels_open;
  std::array<counter, static_cast<std::size_t>(tunnel_outcome::size)> tunnels;
  std::array<counter, static_cast<std::size_t>(tunnel_direction::size)> tunnel_bytes;
  counter sessions_failed;  ///< ended by an exception: a bug
};

static_assert(alignof(worker_stats) == cache_line, "no two workers count on one cache line");

}  // namespace modelgate::metrics
