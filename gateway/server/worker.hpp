#pragma once

#include "gateway/filter/password_gate.hpp"
#include "gateway/filter/request_id.hpp"
#include "gateway/filter/request_trace.hpp"
#include "gateway/proxy/exchange.hpp"
#include "gateway/proxy/worker_context.hpp"
#include "gateway/server/admission.hpp"
#include "gateway/server/handshake_turns.hpp"
#include "gateway/server/listener.hpp"
#include "gateway/server/serving_table.hpp"
#include "gateway/telemetry/record_queue.hpp"
#include "gateway/upstream/hedge_policy.hpp"

#include "modelgate/base/ids.hpp"
#include "modelgate/config/inside_call.hpp"
#include "modelgate/net/event_loop.hpp"
#include "modelgate/net/tls_context.hpp"

#include <boost/intrusive/list.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace modelgate::server {

class session;

/// What a worker keeps for one deployment: made at its first request, updated with every snapshot.
///
/// Shape: worker-local; exchanges hold on to it, so it may outlive the deployment.
struct deployment_state : boost::intrusive_ref_counter<deployment_state, boost::thread_unsafe_counter> {
  deployment_state(const upstream::cluster_settings& settings, std::shared_ptr<const serving_entry> served,
                   std::size_t worker)
      : entry{std::move(served)}, cluster{settings, entry->queue, worker}, retry_budget{entry->retry_budget} {}

  std::string id;
  std::shared_ptr<const serving_entry> entry;
  upstream::cluster cluster;
  std::shared_ptr<upstream::retry_budget> retry_budget;
  upstream::hedge_policy hedging;
};
using deployment_state_ptr = boost::intrusive_ptr<deployment_state>;

/// Buffers of one session while it has something to do; idle connections hold none.
struct session_buffers {
  /// Room for the largest head, the empty line that may stand before it, and a byte to see that it is too large.
  explicit session_buffers(std::size_t largest_head) : head_bytes{largest_head}, input{largest_head + spare} {}

  /// The input has another capacity from now on, and what it held where that fits.
  void resize_input(std::size_t capacity);
  /// How many bytes more than it was made with.
  [[nodiscard]] std::size_t widened() const noexcept { return input.capacity() - head_bytes - spare; }

  static constexpr std::size_t spare = 64;
  const std::size_t head_bytes;  ///< the limit they were made for, which may have changed since
  proxy::input_buffer input;
  proxy::exchange_buffers exchange;
  filter::request_ids ids;
  filter::request_trace trace;
  std::string target;
  std::string reply;
  std::string limit_fields;  ///< for the answer to the request under way
};

/// Which requests are written down.
struct record_rules {
  bool logs = false;                 ///< there is an access log
  bool exports = false;              ///< sampled requests go to a collector
  filter::sample_rate logged;        ///< of those that neither failed nor were slow
  std::chrono::nanoseconds slow{0};  ///< from so long on; 0: none is
};

/// The settings of one worker, which has a copy of its own: replaced whole on its thread, between two turns. So nobody
/// may hold on to a part of them over a wait, and nothing that runs finds them gone.
struct worker_settings {
  proxy::proxy_settings proxy;
  upstream::cluster_settings cluster;
  std::chrono::milliseconds handshake{5'000};
  std::chrono::milliseconds head{10'000};
  std::chrono::milliseconds keep_alive{75'000};
  std::chrono::milliseconds drain_idle{2'000};
  record_rules records;
  filter::sample_rate traces;  ///< of those that begin here
  std::vector<std::string> trusted_proxies;
};

/// One thread of the data plane, with everything that a request needs; a connection never leaves its worker.
///
/// Shape: constructed on any thread, then `start`ed; the methods marked any-thread post to it.
class worker {
 public:
  worker(std::size_t index, const worker_settings& settings, metrics::worker_stats& stats,
         connection_admission& admission, filter::password_gate& passwords, telemetry::record_queue& records,
         const std::vector<int>& listening_sockets);
  ~worker();
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  /// Takes no connection before `accept`. `on_live` is called on the worker's thread after a table was installed.
  void start(std::function<void()> on_live);
  void join();
  /// Waits for the thread's end. Errors: false when the deadline passed first.
  [[nodiscard]] bool wait_ended(steady_time deadline);

  // Any thread.
  void accept();
  void install(std::shared_ptr<const serving_table> table);
  /// For the connections that come from then on; nullptr: they speak no TLS.
  void install_tls(net::tls_context_ptr context);
  /// For connections to replicas that speak TLS.
  void install_upstream_tls(net::tls_client_context_ptr context);
  [[nodiscard]] std::uint64_t live_generation() const noexcept {
    return live_generation_.load(std::memory_order_acquire);
  }
  void reconfigure(worker_settings next);
  /// No new connections; connections that are idle get one more request within `drain_idle`.
  void drain();
  /// A connection that no listener took.
  void take_inside(net::socket_handle socket, config::inside_caller_ptr caller);
  /// Ends every connection at once, then the thread.
  void stop();

  // On the worker's thread, for its sessions.
  [[nodiscard]] proxy::worker_context& context() noexcept { return context_; }
  [[nodiscard]] net::event_loop& loop() noexcept { return loop_; }
  [[nodiscard]] const worker_settings& settings() const noexcept { return settings_; }
  [[nodiscard]] std::size_t index() const noexcept { return index_; }
  [[nodiscard]] id_generator& ids() noexcept { return ids_; }
  [[nodiscard]] tunnel_admission& tunnels() noexcept { return admission_.tunnels(); }
  [[nodiscard]] filter::password_gate& passwords() noexcept { return passwords_; }
  [[nodiscard]] telemetry::record_queue& records() noexcept { return records_; }
  [[nodiscard]] const serving_table& table() const noexcept { return *held_->table; }
  [[nodiscard]] const held_table_ptr& held() const noexcept { return held_; }
  [[nodiscard]] const net::tls_context_ptr& tls() const noexcept { return tls_; }
  [[nodiscard]] handshake_turns& handshakes() noexcept { return handshakes_; }
  [[nodiscard]] deployment_state_ptr state_of(std::uint32_t route);
  [[nodiscard]] std::unique_ptr<session_buffers> take_buffers();
  void give_buffers(std::unique_ptr<session_buffers> buffers);
  /// The input's capacity from now on, counted in the memory in use. What it holds must fit.
  void resize_input(session_buffers& buffers, std::size_t capacity);
  /// As it was made, unless it holds more than fits.
  void restore_input(session_buffers& buffers);
  /// Whether another request may be taken up: the buffers in use are below this worker's share.
  [[nodiscard]] bool has_memory_for_a_request() const noexcept { return context_.has_memory(); }
  [[nodiscard]] bool is_trusted_proxy(std::string_view address) const noexcept;

 private:
  static constexpr std::size_t scratch_size = 65'536;
  static constexpr std::size_t most_spare_buffers = 64;
  static constexpr std::size_t most_spare_bytes = 4 * scratch_size;  ///< of one exchange's buffers

  void run();
  void take(net::socket_handle socket, std::string peer, config::inside_caller_ptr inside = nullptr);
  void end(session& ended) noexcept;
  template <class Action>
  void for_each_session(Action action);
  void install_now(std::shared_ptr<const serving_table> next);
  void take_settings(worker_settings next);
  void await_tick();
  void on_tick();
  void look_at_wall_clock(steady_time now) noexcept;
  void finish_if_drained();

  worker_settings settings_;
  std::size_t index_;
  connection_admission& admission_;
  filter::password_gate& passwords_;
  telemetry::record_queue& records_;
  net::event_loop loop_;
  std::vector<char> scratch_;
  net::timer_wheel wheel_;
  proxy::worker_context context_;
  id_generator ids_;
  std::deque<listener> listeners_;
  handshake_turns handshakes_{loop_};
  bool ticking_ = false;
  steady_time next_housekeeping_{};

  held_table_ptr held_;
  net::tls_context_ptr tls_;
  std::atomic<std::uint64_t> live_generation_{0};
  std::vector<deployment_state*> state_by_route_;  ///< by place; null: no request of it has come
  boost::unordered_flat_map<std::uint32_t, deployment_state_ptr> states_;  ///< by place, those that there are

  struct session_list;
  std::unique_ptr<session_list> sessions_;
  std::vector<std::unique_ptr<session_buffers>> spare_buffers_;
  std::function<void()> on_live_;
  std::mutex ended_mutex_;
  std::condition_variable ended_changed_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace modelgate::server
