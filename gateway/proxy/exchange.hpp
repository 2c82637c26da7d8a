#pragma once

#include "gateway/proxy/body_copy.hpp"
#include "gateway/proxy/body_relay.hpp"
#include "gateway/proxy/client_side.hpp"
#include "gateway/proxy/exchange_fsm.hpp"
#include "gateway/proxy/hedge.hpp"
#include "gateway/proxy/patience.hpp"
#include "gateway/proxy/rate_floor.hpp"
#include "gateway/proxy/tunnel.hpp"
#include "gateway/proxy/worker_context.hpp"
#include "gateway/upstream/cluster.hpp"
#include "gateway/upstream/hedge_policy.hpp"
#include "gateway/upstream/retry_budget.hpp"

#include "modelgate/http/upgrade.hpp"
#include "modelgate/metrics/deployment_stats.hpp"
#include "modelgate/net/byte_stream.hpp"
#include "modelgate/net/task.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace modelgate::proxy {

/// Memory that exchanges use one after the other.
struct exchange_buffers {
  std::string head_line;      ///< request line for the replica
  std::string head_fields;    ///< everything after Host
  std::string upstream_head;  ///< both, with Host between
  std::string response_head;
  std::string kept_upload;
  std::string kept_download;
  std::string upload_copy;   ///< of a request that may be sent twice
  std::string partial_head;  ///< of a response whose head comes in pieces

  [[nodiscard]] std::size_t capacity() const noexcept {
    return head_line.capacity() + head_fields.capacity() + upstream_head.capacity() + response_head.capacity()
           + kept_upload.capacity() + kept_download.capacity() + upload_copy.capacity() + partial_head.capacity();
  }
};

/// One request, understood, authorised and ready to go.
///
/// Shape: `buffers.head_line` and `buffers.head_fields` are already written; views live as long as the session's
/// buffers.
struct exchange_request {
  http::body_framing body;
  bool to_head = false;
  bool client_keeps = true;  ///< the client wants to keep the connection
  unsigned client_minor_version = 1;
  bool expects_continue = false;
  std::optional<http::websocket_accept> upgrade;  ///< it asks for WebSocket: what the replica's 101 has to say
  std::uint64_t max_body_bytes = 0;
  steady_time deadline;               ///< for the response head, waiting for a replica included
  bool client_sets_deadline = false;  ///< it asked for less time than there is
  std::uint32_t max_queue = 64;
  std::chrono::milliseconds queue_timeout{10'000};
  upstream::retry_budget* retry_budget = nullptr;  ///< of an idempotent deployment; none: at most one replica sees it
  upstream::hedge_policy* hedging = nullptr;       ///< where such a deployment hedges
  metrics::deployment_traffic* traffic = nullptr;  ///< this worker's, of the deployment; lives longer
  bool is_prediction = true;  ///< the replica counts it: its counts are of the same requests as its deployment's
  bool seldon_protocol = true;
  bool route_may_be_missing = false;  ///< a replica that does not have it has declined, and answered nothing
  std::string_view request_id;
  std::string_view puid;
  std::string_view limit_fields;  ///< RateLimit fields for the client, whole lines; empty: none
};

/// What is told of one try at a replica afterwards, by the log and by traces.
///
/// Shape: value; keeps the member until it is gone.
struct upstream_trail {
  upstream::cluster_member_ptr replica;  ///< null: none was tried
  steady_time dispatched{};
  std::optional<steady_time> sent;  ///< the request, whole
  std::optional<steady_time> head;  ///< of the answer
  steady_time ended{};
  unsigned status = 0;  ///< the replica's; 0: no head came
  unsigned retries = 0;
  bool connected = false;            ///< a connection was made for it
  bool is_second = false;            ///< a retry or a hedge
  bool given_up = false;             ///< the other one of the two replicas was faster
  std::optional<http::reason> lost;  ///< why nothing came of it, where the request went on without it
  std::uint64_t request_bytes = 0;
  std::uint64_t response_bytes = 0;
};

/// How an exchange ended, for the log, the metrics and the session.
struct exchange_result {
  enum class ending : std::uint8_t {
    answered,  ///< the replica's answer went to the client, whole
    switched,  ///< the replica's 101 is on its way to the client: `run_tunnel` goes on from there
    declined,  ///< the replica does not have the route (`status`), which may be; nothing was answered yet
    refused,   ///< nothing was answered yet: the session answers `why`
    cut,       ///< the answer broke off: the client's connection must be closed
    left,      ///< the client has gone
  };
  ending how = ending::answered;
  unsigned status = 0;  ///< the replica's, or that of `why`
  http::reason why = http::reason::upstream_reset;
  bool keep_client = false;
  bool body_untouched = false;  ///< nothing of the request's body was taken from the client's input
  bool was_contended = false;   ///< refused because its body came too slowly for those who wait
  /// When it may be worth trying again; zero: nothing is known.
  std::chrono::seconds retry_after{0};
  std::chrono::nanoseconds queued{0};  ///< over all tries, like `connecting`
  std::chrono::nanoseconds connecting{0};
  /// From dispatch to the response head, or to the failure; absent when no replica was tried.
  std::optional<std::chrono::nanoseconds> upstream_latency;
  /// What is not the gateway's own time, over all tries: from dispatch until the replica had no more to do with it, which
  /// is the head if the rest was there with it, else the last byte or the failure.
  std::chrono::nanoseconds replica_time{0};
  metrics::model_index model = 0;
  upstream_trail trail;                       ///< of the last replica
  std::unique_ptr<upstream_trail> other_try;  ///< null: there was no more than one
};

/// One request and its response between a client and a replica.
///
/// Every rule about retry and reuse is exchange_fsm's; this only moves bytes and waits.
///
/// Shape: worker-local, lives in the session's coroutine.
class exchange {
 public:
  exchange(worker_context& worker, client_side client, exchange_buffers& buffers, upstream::cluster& cluster,
           const exchange_request& request);
  ~exchange();
  exchange(const exchange&) = delete;
  exchange& operator=(const exchange&) = delete;

  [[nodiscard]] net::task_of<exchange_result> run();
  /// After `switched`: carries the tunnel to its end, on the replica's slot. The client's connection is then good for
  /// nothing but closing, or resetting where it was not `closed`.
  [[nodiscard]] net::task_of<tunnel::outcome> run_tunnel();

 private:
  static constexpr unsigned given_up = 0;  ///< no status: it may still have come

  using decision = exchange_fsm::decision;
  using verdict = std::optional<decision>;  ///< absent: go on
  enum class wait_phase : std::uint8_t { connecting, before_head, streaming };

  [[nodiscard]] net::task_of<verdict> wait_for_slot();
  [[nodiscard]] net::task_of<verdict> attempt(steady_time start);
  [[nodiscard]] net::task_of<verdict> connect();
  [[nodiscard]] net::task_of<verdict> wait(wait_phase phase);
  [[nodiscard]] verdict on_expiry(steady_time now);
  [[nodiscard]] bool waits_for_client(wait_phase phase) const noexcept;
  [[nodiscard]] verdict judge_client(std::chrono::nanoseconds waited);
  [[nodiscard]] verdict cut_for_slowness(metrics::slowness why);
  void count_slowness(metrics::slowness why) noexcept;
  [[nodiscard]] verdict watch_client();
  void start_watching_client();
  [[nodiscard]] verdict step_upload();
  [[nodiscard]] verdict step_response();
  [[nodiscard]] verdict read_response_head();
  [[nodiscard]] verdict take_response_head(std::string_view bytes, std::string_view& rest);
  [[nodiscard]] verdict start_response(std::string_view rest);
  [[nodiscard]] verdict switch_protocols(std::string_view rest);
  void decline(const http::body_framing& body, std::string_view rest);
  [[nodiscard]] verdict judge_download(body_relay::status status);
  void account_for_kept_bytes() noexcept;
  [[nodiscard]] verdict forward_informational();
  void send_continue();
  struct opened {
    net::stream_ptr stream;  ///< connected or on its way to be; none: it failed at once
    bool reused = false;
  };
  [[nodiscard]] opened open_connection(const upstream::slot& to, steady_time now);
  void write_upstream_head(std::string& out, const upstream::endpoint& to, steady_time now, bool is_second) const;
  [[nodiscard]] steady_time body_due() const noexcept;
  [[nodiscard]] verdict lose_upstream(exchange_fsm::loss how);
  void doubt(upstream::endpoint& replica) noexcept;
  [[nodiscard]] bool took_too_long(steady_time now) const noexcept;
  [[nodiscard]] steady_time service_start() const noexcept;
  [[nodiscard]] std::chrono::nanoseconds time_of_reader(steady_time now) const noexcept;
  void plan_hedge();
  void start_hedge(steady_time now);
  [[nodiscard]] verdict step_hedge();
  [[nodiscard]] verdict lose_hedge();
  void take_over_hedge();
  void end_hedge(unsigned status = given_up);
  void begin_second_try();
  void end_try(const decision& how);
  void tally_try(unsigned status, steady_time now) noexcept;
  void describe_try(upstream_trail& trail) const;
  void count_hedge(metrics::hedge_outcome outcome) noexcept;
  void finish_upstream();
  void count_request_bytes(std::uint64_t bytes) noexcept;
  void count_response_bytes(std::uint64_t bytes) noexcept;
  void drop_upstream(bool client_gone);
  [[nodiscard]] exchange_result result_of(const decision& end);

  worker_context& worker_;
  client_side client_;
  exchange_buffers& buffers_;
  upstream::cluster& cluster_;
  const exchange_request& request_;
  exchange_fsm fsm_;

  upstream::slot slot_;
  upstream::cluster_member_ptr failed_;
  net::stream_ptr upstream_;  ///< none while a hedge goes on alone
  body_copy copy_;
  body_relay upload_;
  std::optional<body_relay> download_;
  std::optional<hedge> hedge_;
  upstream::retry_budget::share retry_share_;     ///< until the retry is answered
  std::optional<metrics::retry_cause> retrying_;  ///< a retry that has no replica yet
  std::optional<tunnel> tunnel_;
  rate_floor rate_;
  patience answer_patience_;     ///< with a client that takes its answer slowly
  patience contended_patience_;  ///< with one that others wait for
  std::uint64_t client_bytes_seen_ = 0;
  bool was_contended_ = false;
  bool client_keeps_;
  bool upload_abandoned_ = false;
  bool watching_client_ = false;
  bool wants_turn_ = false;
  bool continue_sent_ = false;
  bool response_delimited_ = true;
  bool upstream_keeps_ = false;
  bool surplus_ = false;
  bool complete_ = false;
  bool declined_ = false;
  bool reused_ = false;  ///< the connection was kept from an earlier request
  bool same_replica_will_do_ = false;
  bool waited_for_rest_ = false;  ///< the answer came in pieces, or its client took it in pieces
  bool is_second_try_ = false;
  unsigned status_ = 0;

  wait_phase due_phase_ = wait_phase::connecting;
  steady_time connect_due_{};
  steady_time first_byte_due_ = steady_time::max();
  steady_time hedge_due_ = steady_time::max();
  steady_time idle_due_ = steady_time::max();
  std::uint64_t progress_seen_ = 0;
  unsigned informational_ = 0;
  std::size_t kept_bytes_ = 0;  ///< as counted in the worker's memory_in_use
  std::chrono::nanoseconds queued_{0};
  std::chrono::nanoseconds connecting_{0};
  std::chrono::nanoseconds reader_waited_{0};  ///< the answer for its client, until it last took bytes
  std::optional<steady_time> reader_waits_since_;
  std::chrono::seconds retry_after_{0};
  std::optional<steady_time> dispatched_at_;
  std::optional<steady_time> sent_at_;
  std::optional<steady_time> head_at_;
  std::optional<steady_time> ended_at_;
  std::chrono::nanoseconds replica_time_{0};  ///< of the try before
  std::optional<http::reason> lost_;          ///< why nothing came of the replica before
  std::unique_ptr<upstream_trail> other_try_;
  upstream::cluster_member_ptr tried_;
  metrics::model_index model_ = 0;
};

}  // namespace modelgate::proxy
