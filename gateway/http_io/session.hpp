#pragma once

#include "gateway/http_io/request_reader.hpp"
#include "gateway/http_io/response_head.hpp"
#include "gateway/http_io/socket_deadline.hpp"

#include "modelgate/http_io/server.hpp"
#include "modelgate/net/tls_context.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace modelgate::http_io {

class session;

/// What the sessions of one server share.
///
/// Shape: on the context's thread, but for `handler` and `own.refused` (any-thread by contract) and `connections`.
/// Outlives every session.
struct session_context {
  session_context(blocking_pool& pool_used, const server_limits& limits_held, request_handler answering)
      : pool{pool_used}, limits{limits_held}, handler{std::move(answering)} {}

  blocking_pool& pool;
  server_limits limits;  ///< may change whenever a session waits
  const request_handler handler;
  own_answers own;
  /// How the server says that it refuses what was asked for.
  [[nodiscard]] response refused(std::string_view path, const refusal& why) const {
    return own.refused ? own.refused(path, why) : make_refusal_response(why);
  }

  net::tls_context_ptr tls;  ///< for connections that come; nullptr: they speak no TLS
  bool draining = false;
  std::size_t answer_bytes = 0;  ///< of large answers that are being written
  std::unordered_set<session*> open;
  std::atomic<std::size_t> connections{0};
  std::atomic<std::uint64_t> tls_failures{0};
};

/// One connection: reads a request, has it answered, writes the answer, over and over.
///
/// Shape: owned by its coroutine; on the context's thread.
class session {
 public:
  session(std::shared_ptr<session_context> context, boost::asio::ip::tcp::socket socket);
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  /// Ends when the connection does. The session must stay alive until then.
  [[nodiscard]] boost::asio::awaitable<void> run();

  /// Answers 503 and closes, whatever was asked: there are too many connections already.
  [[nodiscard]] boost::asio::awaitable<void> turn_away();

  /// Ends an idle connection and a stream; a request that is being read or answered goes on to its end.
  void drain();
  /// Ends it at once.
  void close();

 private:
  enum class outcome { request, refused, ended };
  class bell_listener;

  /// The TLS handshake, if the port speaks TLS. Errors: false when it failed.
  boost::asio::awaitable<bool> secure();
  boost::asio::awaitable<outcome> read_request();
  boost::asio::awaitable<std::pair<error_code, std::size_t>> read_some(boost::asio::mutable_buffer into);
  boost::asio::awaitable<response> ask_handler(request message);
  boost::asio::awaitable<bool> write(std::string_view first, std::string_view second = {});
  boost::asio::awaitable<bool> write_answer(response answer, bool keep_alive, bool http_1_0, bool head_only);
  boost::asio::awaitable<bool> write_stream(std::shared_ptr<body_stream> stream, body_framing framing);
  /// Until the stream wants to be asked again, or the server drains. Errors: false when the peer has gone.
  boost::asio::awaitable<bool> wait_for_stream(steady_time asked_at, std::chrono::milliseconds pause);
  boost::asio::awaitable<void> refuse(refusal why);
  boost::asio::awaitable<void> linger();
  [[nodiscard]] bool peer_has_gone();

  std::shared_ptr<session_context> context_;
  net::tls_context_ptr tls_context_;  ///< of this connection
  boost::asio::ip::tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  socket_deadline deadline_;
  boost::asio::steady_timer pause_;
  request_reader reader_;
  std::string path_;  ///< that was asked for last
  bool idle_ = true;
  bool served_before_ = false;
  bool rung_ = false;  ///< the stream has something new
};

}  // namespace modelgate::http_io
