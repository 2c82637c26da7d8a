#pragma once

#include "gateway/upstream/balancer.hpp"
#include "gateway/upstream/connection_pool.hpp"
#include "gateway/upstream/endpoint.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace modelgate::upstream {

struct cluster_settings {
  std::size_t pool_connections = 256;  ///< idle connections kept per replica
  std::chrono::milliseconds upstream_idle{1'500};
};

/// The interchangeable replicas of one deployment, as one worker uses them.
///
/// Shape: worker-local; made when the worker sees the deployment's first request, updated with every snapshot.
class cluster {
 public:
  explicit cluster(const cluster_settings& settings) noexcept : settings_{settings} {}
  ~cluster();
  cluster(const cluster&) = delete;
  cluster& operator=(const cluster&) = delete;

  /// Takes over the replicas of a new snapshot; connections to replicas that left are closed.
  void update(std::span<const endpoint_ptr> endpoints);

  [[nodiscard]] bool empty() const noexcept { return endpoints_.empty(); }
  /// A slot on the best replica but `except`; empty when there is none.
  [[nodiscard]] slot pick(const endpoint* except, steady_time now) noexcept {
    return balancer_.pick(endpoints_, except, now);
  }

  /// A kept connection to a replica; nullptr when a new one has to be made.
  [[nodiscard]] net::stream_ptr take_connection(const endpoint& to, steady_time now);
  /// Keeps a connection for the next request, unless its replica has left.
  void keep_connection(const endpoint& to, net::stream_ptr stream, steady_time now);
  void close_idle(steady_time now);
  [[nodiscard]] bool has_no_connections() const noexcept;

 private:
  [[nodiscard]] connection_pool* pool_of(const endpoint& to) noexcept;

  cluster_settings settings_;
  balancer balancer_;
  std::vector<endpoint_ptr> endpoints_;
  std::vector<connection_pool> pools_;  ///< one for each of `endpoints_`, in the same order
};

}  // namespace modelgate::upstream
