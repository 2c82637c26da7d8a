#pragma once

#include "gateway/filter/admission.hpp"
#include "gateway/filter/authentication.hpp"
#include "gateway/filter/password_gate.hpp"
#include "gateway/http/local_reply.hpp"
#include "gateway/routing/credential_memo.hpp"
#include "gateway/routing/route_match.hpp"
#include "gateway/server/request_trail.hpp"
#include "gateway/server/worker.hpp"

#include "modelgate/config/inside_call.hpp"
#include "modelgate/http/framing.hpp"
#include "modelgate/http/target.hpp"
#include "modelgate/http/upgrade.hpp"
#include "modelgate/net/task.hpp"

#include <boost/intrusive/list.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace modelgate::proxy {
struct feedback;
class memory_share;
}  // namespace modelgate::proxy

namespace modelgate::server {

/// One client connection: reads a head, decides where it goes, lets an exchange do the rest, and so on until it is
/// closed.
///
/// Shape: worker-local; lives from accept until `run` has ended.
class session : public boost::intrusive::list_base_hook<> {
 public:
  /// `inside`: who opened it in this process; null: a client, through a listener.
  session(worker& owner, net::socket_handle socket, std::string peer, config::inside_caller_ptr inside = nullptr);
  ~session();

  [[nodiscard]] net::task run();

  /// The worker drains: an idle connection has a short while for one more request.
  void on_drain();
  /// The worker cuts: a request under way is answered at once if its answer has not begun, all else is reset.
  void cut();
  /// Ends at once, whatever it was doing.
  void close();
  [[nodiscard]] const std::string& peer() const noexcept { return peer_; }

 private:
  enum class next_step : std::uint8_t { keep, linger, close };

  /// One request, understood as far as it goes.
  struct request {
    http::request_framing framing;
    http::normal_target target;
    routing::route_match match;
    std::uint32_t route = routing::route_table::none;
    std::string_view user;
    std::size_t client = filter::admission::no_client;  ///< its place in the deployment
    steady_time started;
    http::method verb = http::method::get;
    unsigned minor_version = 1;
    const proxy::feedback* feedback = nullptr;  ///< what it says, when it is feedback that was understood
    std::string_view head;                      ///< its bytes, there until the session reads on
    filter::password_check_ptr check{};         ///< that it needs before it can be told who sends it
    bool was_checked = false;
    bool cors = false;                 ///< browsers may read our own answers too
    const trace_id* trace = nullptr;   ///< its trace's, if that is sampled: then it is an exemplar
    std::chrono::nanoseconds held{0};  ///< its body was waited for so long before it was forwarded
    /// It asks for WebSocket, and its deployment allows that.
    std::optional<http::websocket_accept> upgrade;
  };

  /// Writes its request down when it goes out of scope, which is when it has been answered or cannot be any more.
  class recorded_request {
   public:
    recorded_request(session& owner, const request& req) noexcept;
    ~recorded_request();
    recorded_request(const recorded_request&) = delete;
    recorded_request& operator=(const recorded_request&) = delete;

   private:
    session& owner_;
    const request& req_;
    request_trail trail_;
  };
  void write_down(const request& req, const request_trail& trail) noexcept;
  void write_down_try(const request& req, const request_trail& trail, span_id parent,
                      std::chrono::nanoseconds started) noexcept;
  void tell_caller(const request& req, const request_trail& trail) const;

  [[nodiscard]] net::task_of<bool> shake_hands(net::tls_context_ptr context);
  void fail_handshake(metrics::handshake_failure why);
  [[nodiscard]] net::task finish_sending();
  [[nodiscard]] net::task_of<bool> read_head(http::head_extent& extent);
  [[nodiscard]] net::task_of<next_step> serve(http::head_extent extent);
  /// Parses and routes; a refusal means that the request was not understood and the connection cannot be trusted any
  /// more.
  [[nodiscard]] boost::system::result<void, http::refusal> understand(std::string_view head_bytes, request& req);
  [[nodiscard]] net::task_of<next_step> serve_deployment(request& req, routing::deployment_path path);
  [[nodiscard]] net::task_of<next_step> refuse(http::refusal refusal);
  /// The same for a head that is not there whole.
  [[nodiscard]] net::task_of<next_step> refuse_head(http::refusal refusal);
  [[nodiscard]] net::task_of<next_step> reply(const request& req, http::reason why, std::string_view detail,
                                              deployment_state_ptr counted_for = {}, std::string_view allow = {},
                                              std::chrono::seconds retry_after = {});
  [[nodiscard]] net::task_of<next_step> answer(const request& req, std::string_view body,
                                               std::string_view extra_fields = {});
  [[nodiscard]] net::task_of<next_step> forward(const request& req, const proxy::exchange_request& out,
                                                deployment_state_ptr state);
  /// A body that was read but not taken from the input.
  struct held_body {
    std::size_t bytes = 0;            ///< of the input, as they came
    std::optional<http::reason> why;  ///< it could not be had
    std::string detail;
  };
  struct hold_order {
    std::size_t most = 0;                   ///< bytes of it
    std::string_view too_large = {};        ///< what to say of more than that; empty: then the rest may stay on its way
    std::string* payload = nullptr;         ///< gets the bytes of a chunked one without the coding
    proxy::memory_share* memory = nullptr;  ///< of `payload`
  };
  /// Reads until the input holds the body of the request under way, as it came. Errors: why that cannot be; a client that
  /// went is told as one that has closed.
  [[nodiscard]] net::task_of<held_body> hold_body(request& req, proxy::exchange_request& out, hold_order order);
  [[nodiscard]] net::task_of<held_body> read_body(const request& req, steady_time deadline, hold_order order);
  [[nodiscard]] net::task_of<next_step> reply_to_held(const request& req, const held_body& held,
                                                      deployment_state_ptr state);
  [[nodiscard]] bool must_wait_for_body(const request& req, const deployment_state& state) const;
  [[nodiscard]] net::task_of<next_step> forward_held(request& req, proxy::exchange_request& out,
                                                     deployment_state_ptr state);
  [[nodiscard]] net::task_of<next_step> forward_feedback(request& req, proxy::exchange_request& out,
                                                         deployment_state_ptr state);
  void remember(const request& req, const deployment_state& state, const proxy::exchange_result& result);
  [[nodiscard]] net::task_of<next_step> accept_feedback(const request& req, deployment_state_ptr state);
  [[nodiscard]] static request after(const request& req, const proxy::exchange_result& result);
  void note_reply(unsigned status, std::optional<http::reason> why) noexcept;
  [[nodiscard]] net::task_of<next_step> send_reply(const request& req, bool keep);
  [[nodiscard]] net::task_of<bool> write_all(std::string_view bytes);
  [[nodiscard]] net::task_of<bool> drop_body(http::body_framing framing);
  [[nodiscard]] net::task linger();
  [[nodiscard]] net::task_of<bool> wait_until(steady_time due);

  /// Absent: the client may pass.
  [[nodiscard]] std::optional<http::reason> authenticate(const routing::route& route, request& req);
  /// What of the limits refuses the request, counted; absent: it may go on, and `admitted` counts it while it does.
  [[nodiscard]] std::optional<filter::limit_refusal> find_limit(filter::admission& admitted, const request& req,
                                                                const deployment_state& state);
  void use_client(const routing::route_client& client, request& req, system_time now);
  /// Who shows an imported password; nobody, and `req.check`, where that takes a comparison with a foreign hash.
  [[nodiscard]] const routing::route_client* find_by_password(const routing::route& route,
                                                              const filter::presented_credential& credential,
                                                              const crypto::token_digest& digest, request& req);
  /// Waits for that, and serves the request then.
  [[nodiscard]] net::task_of<next_step> check_password(request& req, deployment_state_ptr state);
  void write_upstream_head(const request& req, const config::deployment_config& deployment);
  [[nodiscard]] net::task_of<next_step> refuse_tunnel(const request& req, deployment_state_ptr counted_for);
  void record_upstream(const request& req, const deployment_state& state, const proxy::exchange_result& result);
  /// No replica was there to be asked: to whoever looks at the model's calls this is one that failed.
  void record_unsent(const request& req, const deployment_state& state);
  /// Each request that has ended, however it did; the trail says what came before.
  void record(const request& req, const deployment_state& state, unsigned status,
              steady_time ended = steady_clock::now());
  [[nodiscard]] bool may_keep(const request& req) const noexcept;

  worker& worker_;
  net::stream_ptr stream_;
  std::string peer_;
  config::inside_caller_ptr inside_;
  net::wake_signal signal_;
  net::wheel_timer timer_{signal_};
  std::unique_ptr<session_buffers> buffers_;
  steady_time drain_due_ = steady_time::max();
  routing::credential_memo memo_;
  request_trail* trail_ = nullptr;         ///< of the request under way
  std::chrono::nanoseconds head_time_{0};  ///< from its first byte until its head was there
  bool first_request_ = true;
  bool exchanging_ = false;
};

}  // namespace modelgate::server
