#pragma once

#include "gateway/upstream/endpoint.hpp"
#include "gateway/upstream/outlier_detector.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/net/event_loop.hpp"
#include "modelgate/net/wake_signal.hpp"

#include <boost/intrusive/list.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <span>
#include <vector>

namespace modelgate::upstream {

/// A request that waits for a replica.
///
/// Shape: owned by its exchange and, while a notification is under way, by that. `signal` belongs to its worker, all
///        else to the queue's mutex.
class waiting_request : public boost::intrusive::list_base_hook<>,
                        public boost::intrusive_ref_counter<waiting_request, boost::thread_safe_counter> {
 public:
  waiting_request(net::event_loop& loop, net::wake_signal& signal, const endpoint* except)
      : loop_{loop}, signal_{&signal}, except_{except} {}

  /// Of one that was sent: whether it tries a replica that was ejected.
  [[nodiscard]] bool is_trial() const noexcept { return trial_; }

 private:
  friend class dispatch_queue;
  enum class state : std::uint8_t { waiting, sent, refused, left };

  net::event_loop& loop_;
  net::wake_signal* signal_;   ///< none once its exchange goes on without it
  const endpoint* except_;     ///< has failed it before
  state state_ = state::left;  ///< not joined yet
  bool trial_ = false;         ///< written before it is sent, read after
  endpoint_ptr replica_;
};
using waiting_request_ptr = boost::intrusive_ptr<waiting_request>;

/// The requests of one deployment that wait for a replica, in the order of their arrival over all workers.
///
/// A request comes here only when no slot is free or when it is better off waiting; whoever gives a slot back hands it
/// on. The replica is chosen when it can start: a slow one does not collect requests.
///
/// Shape: any-thread; one per deployment for as long as it exists.
class dispatch_queue {
 public:
  explicit dispatch_queue(const ejection_rules& ejection = {}) noexcept : outliers_{ejection} {}
  ~dispatch_queue();
  dispatch_queue(const dispatch_queue&) = delete;
  dispatch_queue& operator=(const dispatch_queue&) = delete;

  /// The replicas from now on. Not serving: who waits is refused.
  void update(std::span<const endpoint_ptr> endpoints, bool serving, steady_time now);

  /// Whether a request must wait its turn. Ordered with a slot's release: either the one who waits sees the free slot,
  /// or the one who releases it sees who waits.
  [[nodiscard]] bool has_waiters() const noexcept { return waiting_.load(std::memory_order_seq_cst) > 0; }
  [[nodiscard]] std::size_t size() const noexcept { return waiting_.load(std::memory_order_relaxed); }

  /// Judges the same replicas.
  [[nodiscard]] outlier_detector& outliers() noexcept { return outliers_; }

  enum class joined : std::uint8_t { waits, may_be_sent, full };
  /// Takes the last place, of at most `most`, and as many more as replicas that begin do not take yet: nobody is refused
  /// who would have a slot on one that has been serving. `may_be_sent`: look at once, a slot was free.
  [[nodiscard]] joined join(const waiting_request_ptr& request, std::size_t most, steady_time now);

  enum class answer : std::uint8_t { wait, sent, refused };
  /// What has become of a request; `sent`: `replica` has a slot taken for it.
  [[nodiscard]] answer look(waiting_request& request, endpoint_ptr& replica);
  /// The same for the last time: the request goes on without a slot, or with the one that it has been given meanwhile.
  [[nodiscard]] answer leave(waiting_request& request, endpoint_ptr& replica);

  /// Sends who can be sent: a slot may have become free, or an idle replica may be the better choice by now.
  void dispatch(steady_time now);
  /// Whether replicas are left idle on purpose, or begin: then time alone can change the choice.
  [[nodiscard]] bool wants_another_look() const noexcept { return leaves_idle_.load(std::memory_order_relaxed); }

  /// Until a request that came now could be sent.
  [[nodiscard]] std::chrono::nanoseconds expected_wait(steady_time now);

 private:
  using waiters = boost::intrusive::list<waiting_request>;

  [[nodiscard]] answer look_locked(waiting_request& request, endpoint_ptr& replica);
  void dispatch_locked(steady_time now, const waiting_request* asking);
  void send_notices(std::unique_lock<std::mutex> lock);
  void look_at_replicas(steady_time now);
  [[nodiscard]] std::size_t withheld_slots() const noexcept;
  void take_out(waiting_request& request);

  outlier_detector outliers_;
  std::mutex mutex_;
  std::vector<endpoint_ptr> endpoints_;
  waiters waiters_;
  std::vector<replica_view> views_;
  dispatch_schedule schedule_;
  std::vector<waiting_request_ptr> notices_;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<bool> leaves_idle_{false};
};

}  // namespace modelgate::upstream
