#pragma once

#include "gateway/upstream/connection_pool.hpp"
#include "gateway/upstream/dispatch_queue.hpp"
#include "gateway/upstream/endpoint.hpp"
#include "gateway/upstream/outlier_detector.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <memory>
#include <utility>

namespace modelgate::upstream {

/// A replica as one worker uses it. Lives for as long as the worker sends it requests or still has some there, so that
/// the request path needs no atomic reference counting.
///
/// Shape: worker-local.
struct cluster_member : boost::intrusive_ref_counter<cluster_member, boost::thread_unsafe_counter> {
  cluster_member(endpoint_ptr replica, std::size_t worker, std::shared_ptr<dispatch_queue> waiting,
                 std::size_t pool_connections, std::chrono::milliseconds max_idle) noexcept
      : endpoint{std::move(replica)},
        tally{endpoint->tally(worker)},
        queue{std::move(waiting)},
        pool{pool_connections, max_idle} {}

  endpoint_ptr endpoint;
  answer_tally& tally;  ///< this worker's
  std::shared_ptr<dispatch_queue> queue;
  connection_pool pool;
  latency_window window;
  steady_time next_latency_check;
  bool left = false;  ///< not among the replicas of the snapshot any more: keeps no connections
};
using cluster_member_ptr = boost::intrusive_ptr<cluster_member>;

/// One request's place on a replica; given back, and handed on to who waits, when it goes out of scope.
///
/// Shape: worker-local.
class slot {
 public:
  slot() = default;
  /// Takes over a place that has been counted.
  explicit slot(cluster_member_ptr taken, bool trial = false) noexcept : member_{std::move(taken)}, trial_{trial} {}
  slot(slot&& other) noexcept
      : member_{std::move(other.member_)},
        trial_{std::exchange(other.trial_, false)},
        tunnel_{std::exchange(other.tunnel_, false)} {}
  slot& operator=(slot&& other) noexcept {
    if (this != &other) {
      give_back();
      member_ = std::move(other.member_);
      trial_ = std::exchange(other.trial_, false);
      tunnel_ = std::exchange(other.tunnel_, false);
    }
    return *this;
  }
  ~slot() { give_back(); }

  [[nodiscard]] explicit operator bool() const noexcept { return member_ != nullptr; }
  [[nodiscard]] endpoint& operator*() const noexcept { return *member_->endpoint; }
  [[nodiscard]] endpoint* operator->() const noexcept { return member_->endpoint.get(); }
  [[nodiscard]] const cluster_member_ptr& member() const noexcept { return member_; }

  /// A try of a prediction has ended: the status that is shown of it, 0 where it was given up for another replica's, and
  /// how long after its dispatch the head came, or that end.
  void count_try(unsigned status, std::chrono::nanoseconds latency) noexcept {
    member_->tally.answered(status, latency);
  }
  /// The request was answered whole and well, this long after its dispatch.
  void record(std::chrono::nanoseconds service, steady_time now) {
    member_->endpoint->record(service, now, member_->window);
    succeed(now, service);
    if (now < member_->next_latency_check) return;
    member_->next_latency_check = now + latency_check_interval;
    member_->queue->outliers().check_latency(*member_->endpoint, service, now);
  }
  /// The same for an answer that tells no service time.
  void succeed(steady_time now, std::chrono::nanoseconds service = {}) {
    if (member_->endpoint->standing().is_clean()) return;
    member_->queue->outliers().on_success(*member_->endpoint, service, trial_, now);
    end_trial();
  }
  /// From here on the request is a tunnel: see endpoint::begin_tunnel.
  void become_tunnel() noexcept {
    tunnel_ = member_->endpoint->begin_tunnel();
    if (tunnel_ && member_->queue->has_waiters()) member_->queue->dispatch(steady_clock::now());
  }
  /// The request failed, and that speaks against the replica.
  void fail(ejection_cause why, steady_time now) {
    member_->queue->outliers().on_failure(*member_->endpoint, why, trial_, now);
    end_trial();
  }

 private:
  /// Between two looks of a worker at whether a replica is an outlier: they take the detector's lock.
  static constexpr std::chrono::milliseconds latency_check_interval{500};

  void end_trial() noexcept {
    if (std::exchange(trial_, false)) member_->endpoint->standing().end_trial();
  }
  void give_back() noexcept {
    if (!member_) return;
    end_trial();
    if (std::exchange(tunnel_, false))
      member_->endpoint->end_tunnel();
    else
      member_->endpoint->release();
    if (member_->queue->has_waiters()) member_->queue->dispatch(steady_clock::now());
    member_.reset();
  }

  cluster_member_ptr member_;
  bool trial_ = false;   ///< tries a replica that was ejected
  bool tunnel_ = false;  ///< holds no slot any more
};

}  // namespace modelgate::upstream
