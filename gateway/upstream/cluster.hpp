#pragma once

#include "gateway/upstream/dispatch_queue.hpp"
#include "gateway/upstream/dispatch_schedule.hpp"
#include "gateway/upstream/slot.hpp"

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
  cluster(const cluster_settings& settings, std::shared_ptr<dispatch_queue> queue, std::size_t worker = 0) noexcept
      : settings_{settings}, queue_{std::move(queue)}, worker_{worker} {}
  ~cluster();
  cluster(const cluster&) = delete;
  cluster& operator=(const cluster&) = delete;

  /// Takes over the replicas of a new snapshot; connections to replicas that left are closed.
  void update(std::span<const endpoint_ptr> endpoints);

  /// For connections that are given back from now on, and for those that are idle.
  void reconfigure(const cluster_settings& settings) noexcept;

  [[nodiscard]] bool empty() const noexcept { return members_.empty(); }
  [[nodiscard]] dispatch_queue& queue() const noexcept { return *queue_; }

  struct choice {
    slot taken;
    bool must_wait = false;  ///< for a slot; neither: there is no replica but `except`
  };
  /// A slot on the best replica but `except`, if one is free and nobody waits for it.
  [[nodiscard]] choice pick(const endpoint* except, steady_time now);
  /// A slot on the fastest replica that has nothing to do, is in good standing and is not `except`; none while requests
  /// wait.
  [[nodiscard]] slot take_idle(const endpoint* except, steady_time now);
  /// Whether half of all slots would be free with one more request.
  [[nodiscard]] bool is_half_free(steady_time now) const noexcept;
  /// Requests on these replicas, over all workers.
  [[nodiscard]] std::size_t in_flight() const noexcept;
  /// The place on a replica that the queue has counted.
  [[nodiscard]] slot adopt(endpoint_ptr counted, bool trial = false);

  /// A kept connection to a replica; nullptr when a new one has to be made.
  [[nodiscard]] static net::stream_ptr take_connection(const slot& to, steady_time now) {
    return to.member()->pool.take(now);
  }
  /// Keeps a connection for the next request, unless its replica has left.
  static void keep_connection(const slot& to, net::stream_ptr stream, steady_time now);
  void close_idle(steady_time now);
  [[nodiscard]] bool has_no_connections() const noexcept;

 private:
  cluster_settings settings_;
  std::shared_ptr<dispatch_queue> queue_;
  std::size_t worker_;
  std::vector<cluster_member_ptr> members_;
  std::vector<replica_view> views_;
  dispatch_schedule schedule_;
  std::size_t turn_ = 0;
};

}  // namespace modelgate::upstream
