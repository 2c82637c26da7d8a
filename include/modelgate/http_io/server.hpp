#pragma once

#include "modelgate/base/blocking_pool.hpp"
#include "modelgate/base/result.hpp"
#include "modelgate/http_io/message.hpp"
#include "modelgate/http_io/refusal.hpp"
#include "modelgate/net/endpoint.hpp"
#include "modelgate/net/tls_context.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace modelgate::http_io {

struct server_limits {
  std::size_t head_bytes = 16'384;
  std::size_t body_bytes = 1'048'576;  ///< of a form three times as many, which its encoding takes
  std::size_t connections = 256;
  /// Of all answers that are being written, each of more than 64 KiB, as peers read as slowly as they like; 0: no bound.
  std::size_t answer_bytes = 0;
  std::chrono::milliseconds turn_timeout{3'000};  ///< for the turn of a request that is not in turn
  std::chrono::milliseconds request_timeout{
      30'000};  ///< to read one request, and to write one response or one part of a stream
  std::chrono::milliseconds keep_alive{75'000};
  std::chrono::milliseconds handshake{5'000};  ///< of TLS
};

/// Answers one request. Runs on a thread of the pool; must not throw for anything a peer can cause.
using request_handler = std::function<response(const request&)>;

/// What a server answers otherwise than by its handler. Either may be empty.
struct own_answers {
  /// What must be answered even while every thread of the pool is busy; absent: the handler answers. On the context's
  /// thread, so it must return at once.
  std::function<std::optional<response>(const request&)> at_once;
  /// How it looks to who asked for `path`, if that is known, that the server itself refuses; else it is a problem as
  /// `make_refusal_response` has it. Any-thread.
  std::function<response(std::string_view path, const refusal& why)> refused;
};

/// An HTTP/1.1 server for our own APIs (control, metrics): keep-alive, one request at a time per connection, whole
/// bodies.
///
/// Shape:  accepts on `context`'s thread; handlers run on `pool`. `context` must be run by one thread. End in this
///         order: the server, the pool (its last jobs post to the context), what handlers refer to, the context.
/// Errors: framing in doubt 400 (an unknown transfer coding 501) and close; too large 413 or 431; too slow 408; more
///         connections than the limit: accepted, answered 503 and closed; a full pool, and an answer that is more
///         than `answer_bytes` allows, 503 with Retry-After. A handler that throws is a bug: logged, answered 500.
class server {
 public:
  /// With `tls` it speaks TLS only. `handed`: a socket that listens there already, from the process before this one; it
  /// becomes the server's own. -1: it is to be opened. Throws boost::system::system_error when the address cannot be
  /// bound.
  server(boost::asio::io_context& context, blocking_pool& pool, const net::endpoint& address, server_limits limits,
         request_handler handler, net::tls_context_ptr tls = nullptr, int handed = -1);
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// The address in use: port 0 resolved.
  [[nodiscard]] net::endpoint address() const;

  /// Before the context runs.
  void set_own_answers(own_answers answers);
  /// For connections that come, and for waits that begin, from now on. On the context's thread.
  void set_limits(const server_limits& limits);
  /// For the process that takes over; valid until `drain`.
  [[nodiscard]] int listening_socket() const;

  /// Stops accepting, lets requests that are being answered finish, closes idle connections, ends streams. On the
  /// context's thread.
  void drain();

  /// For connections that come from then on; open ones go on as they are. Any thread.
  void set_tls(net::tls_context_ptr tls);

  /// TLS handshakes that failed. Any thread.
  [[nodiscard]] std::uint64_t tls_failures() const noexcept;

  /// Connections open now. Any thread.
  [[nodiscard]] std::size_t connections() const noexcept;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace modelgate::http_io
