#include "modelgate/http_io/client.hpp"

#include "gateway/http_io/response_head.hpp"
#include "gateway/http_io/socket_deadline.hpp"

#include "modelgate/base/errc.hpp"
#include "modelgate/http/body_decoder.hpp"
#include "modelgate/http/framing.hpp"
#include "modelgate/http/head.hpp"
#include "modelgate/net/unix_socket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <unistd.h>

#include <array>
#include <exception>
#include <optional>

namespace modelgate::http_io {
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr http::head_limits head_limits{65'536, 1'000, 8'192};
constexpr std::size_t read_size = 16'384;

/// Errors: absent when a part of it would not stay in its place.
std::optional<std::string> write_request_head(const net::endpoint& address, const client_request& request) {
  const bool target_fits = request.target.find_first_of(std::string_view{" \r\n\t\0", 5}) == std::string::npos;
  if (!is_writable_field(request.method, "") || !target_fits || request.target.empty()) return std::nullopt;
  std::string head = request.method + " " + request.target + " HTTP/1.1\r\n";
  if (!request.fields.contains("Host")) head.append("Host: ").append(net::authority_of(address)).append("\r\n");
  if (!request.fields.contains("User-Agent")) head.append("User-Agent: modelgate\r\n");
  for (const auto& [name, value] : request.fields.entries()) {
    if (!is_writable_field(name, value)) return std::nullopt;
    head.append(name).append(": ").append(value).append("\r\n");
  }
  const bool has_body =
      !request.body.empty() || (request.method != "GET" && request.method != "HEAD" && request.method != "DELETE");
  if (has_body) head.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  head.append("Connection: close\r\n\r\n");
  return head;
}

/// When each step must be over.
struct patience {
  steady_time connected;
  steady_time headed;
  std::optional<std::chrono::milliseconds> between_pieces;  ///< absent: `headed` is the deadline of the body too
};

/// One exchange under way. Lives in the frame of the coroutine that runs it.
class exchange {
 public:
  exchange(const asio::any_io_executor& executor, patience waits)
      : socket_{executor}, deadline_{socket_}, waits_{waits} {}

  asio::awaitable<error_code> connect(net::endpoint address);
  /// In its place: a socket that is connected, and this exchange's from now on.
  error_code take(int connected);
  asio::awaitable<error_code> secure(net::tls_client_context_ptr tls, std::string server_name);
  asio::awaitable<error_code> send(std::string_view head, std::string_view body);
  asio::awaitable<result<response>> receive(bool head_only, std::size_t body_limit, const body_sink* sink);

 private:
  asio::awaitable<error_code> read_more();
  asio::awaitable<error_code> read_head(response& answer, bool head_only);
  asio::awaitable<error_code> read_body(response& answer, std::size_t body_limit, const body_sink* sink);

  net::tls_client_context_ptr tls_context_;
  tcp::socket socket_;
  std::optional<asio::ssl::stream<tcp::socket&>> tls_;
  socket_deadline deadline_;
  patience waits_;
  std::string buffer_;     ///< bytes that belong to no part yet
  bool got_some_ = false;  ///< a byte of the answer has come
  http::body_decoder body_;
};

asio::awaitable<error_code> exchange::connect(net::endpoint address) {
  if (address.is_unix()) {
    deadline_.set(waits_.connected, socket_deadline::action::close);
    auto connected = net::connect_unix(address);
    co_return connected ? take(connected->release()) : connected.error();
  }
  error_code problem;
  const auto literal = asio::ip::make_address(address.host, problem);
  if (problem) co_return make_error_code(errc::invalid_argument);
  deadline_.set(waits_.connected, socket_deadline::action::close);
  const auto [failure] = co_await socket_.async_connect(tcp::endpoint{literal, address.port}, as_result);
  if (deadline_.expired()) co_return make_error_code(errc::connection_timeout);
  if (failure == asio::error::connection_refused) co_return make_error_code(errc::connection_refused);
  if (failure == asio::error::timed_out) co_return make_error_code(errc::connection_timeout);
  if (failure) co_return failure;
  socket_.set_option(tcp::no_delay(true), problem);
  co_return error_code{};
}

error_code exchange::take(int connected) {
  error_code problem;
  socket_.assign(tcp::v4(), connected, problem);  // which family it is of, nobody asks it
  if (problem) ::close(connected);
  return problem;
}

asio::awaitable<error_code> exchange::secure(net::tls_client_context_ptr tls, std::string server_name) {
  tls_context_ = std::move(tls);
  net::ssl_ptr session = tls_context_->new_session(server_name);
  if (!session) co_return make_error_code(errc::invalid_argument);
  tls_.emplace(socket_, session.release());
  const auto [problem] = co_await tls_->async_handshake(asio::ssl::stream_base::client, as_result);
  if (!problem) co_return error_code{};
  if (deadline_.expired()) co_return make_error_code(errc::connection_timeout);
  const bool untrusted = ::SSL_get_verify_result(tls_->native_handle()) != X509_V_OK;
  co_return make_error_code(untrusted ? errc::tls_certificate_error : errc::tls_protocol_error);
}

asio::awaitable<error_code> exchange::send(std::string_view head, std::string_view body) {
  deadline_.set(waits_.headed, socket_deadline::action::close);
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(head), asio::buffer(body)};
  error_code problem;
  if (tls_) {
    const auto [failed, count] = co_await asio::async_write(*tls_, buffers, as_result);
    problem = failed;
  } else {
    const auto [failed, count] = co_await asio::async_write(socket_, buffers, as_result);
    problem = failed;
  }
  if (deadline_.expired()) co_return make_error_code(errc::http_response_timeout);
  // A server may answer and close before it has read everything: what it says is worth more than that it stopped
  // reading.
  if (problem == asio::error::broken_pipe || problem == asio::error::connection_reset) co_return error_code{};
  co_return problem;
}

asio::awaitable<error_code> exchange::read_more() {
  const std::size_t held = buffer_.size();
  buffer_.resize(held + read_size);
  const asio::mutable_buffer room = asio::buffer(buffer_.data() + held, read_size);
  error_code problem;
  std::size_t count = 0;
  if (tls_) {
    const auto [failed, taken] = co_await tls_->async_read_some(room, as_result);
    problem = failed == asio::ssl::error::stream_truncated ? error_code{asio::error::connection_reset} : failed;
    count = taken;
  } else {
    const auto [failed, taken] = co_await socket_.async_read_some(room, as_result);
    problem = failed;
    count = taken;
  }
  buffer_.resize(held + count);
  got_some_ = got_some_ || count > 0;
  if (deadline_.expired()) co_return make_error_code(errc::http_response_timeout);
  co_return problem;
}

asio::awaitable<error_code> exchange::read_head(response& answer, bool head_only) {
  http::response_head head;
  for (;;) {
    const auto extent = http::find_head(buffer_, head_limits.bytes);
    if (!extent) co_return make_error_code(errc::http_protocol_error);
    if (!*extent) {
      const error_code failure = co_await read_more();
      if (failure == asio::error::eof || failure == asio::error::connection_reset) {
        co_return make_error_code(got_some_ ? errc::http_response_incomplete : errc::connection_terminated);
      }
      if (failure) co_return failure;
      continue;
    }
    const auto [skipped, size] = **extent;
    const auto parsed = http::parse_response_head(std::string_view{buffer_}.substr(skipped, size), head_limits, head);
    if (!parsed || head.status == 101)
      co_return make_error_code(errc::http_protocol_error);  // no upgrade was asked for
    const auto framing = http::frame_response(head, head_only);
    if (!framing) co_return make_error_code(errc::http_protocol_error);
    body_ = http::body_decoder{framing->body};
    answer.status = head.status;
    for (const http::field& field : head.fields) answer.fields.add(std::string{field.name}, std::string{field.value});
    buffer_.erase(0, skipped + size);
    if (head.status >= 200) co_return error_code{};
    answer = {};  // an interim answer: the real one follows
  }
}

asio::awaitable<error_code> exchange::read_body(response& answer, std::size_t body_limit, const body_sink* sink) {
  for (;;) {
    if (sink != nullptr && waits_.between_pieces)
      deadline_.set(steady_clock::now() + *waits_.between_pieces, socket_deadline::action::close);
    std::string_view rest = buffer_;
    while (!rest.empty() && !body_.finished() && !body_.failed()) {
      const http::body_decoder::step taken = body_.next(rest);
      rest.remove_prefix(taken.consumed);
      if (taken.payload.empty()) continue;
      if (sink != nullptr) {
        const bool wants_more = (*sink)(taken.payload);
        if (!wants_more) co_return error_code{};
      } else {
        if (taken.payload.size() > body_limit - answer.body.size()) co_return make_error_code(errc::body_too_large);
        answer.body += taken.payload;
      }
    }
    buffer_.clear();
    if (body_.failed()) co_return make_error_code(errc::http_protocol_error);
    if (body_.finished()) co_return error_code{};
    const error_code failure = co_await read_more();
    if (failure == asio::error::eof) {
      body_.on_end_of_input();
      if (body_.failed()) co_return make_error_code(errc::http_response_incomplete);
    } else if (failure) {
      co_return failure;
    }
  }
}

asio::awaitable<result<response>> exchange::receive(bool head_only, std::size_t body_limit, const body_sink* sink) {
  response answer;
  error_code problem = co_await read_head(answer, head_only);
  if (problem) co_return problem;
  const bool piece_by_piece = sink != nullptr && answer.status / 100 == 2;
  const bool announced_too_much = body_.kind() == http::body_kind::sized && body_.readable() > body_limit;
  if (announced_too_much && !piece_by_piece) co_return make_error_code(errc::body_too_large);
  problem = co_await read_body(answer, body_limit, piece_by_piece ? sink : nullptr);
  if (problem) co_return problem;
  co_return answer;
}

/// `connected`: a socket that leads there; -1: it is to be opened.
asio::awaitable<result<response>> perform(net::endpoint address, client_request request, patience waits,
                                          const body_sink* sink, int connected) {
  const std::optional<std::string> head = write_request_head(address, request);
  if (!head && connected >= 0) ::close(connected);
  if (!head) co_return make_error_code(errc::invalid_argument);
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  exchange current{executor, waits};
  error_code problem;
  if (connected >= 0)
    problem = current.take(connected);
  else
    problem = co_await current.connect(address);
  if (problem) co_return problem;
  if (request.tls) problem = co_await current.secure(request.tls, request.tls_server_name);
  if (problem) co_return problem;
  problem = co_await current.send(*head, request.body);
  if (problem) co_return problem;
  result<response> answer = co_await current.receive(request.method == "HEAD", request.max_response_bytes, sink);
  co_return answer;
}

}  // namespace

asio::awaitable<result<response>> fetch(net::endpoint address, client_request request, steady_time deadline) {
  const patience waits{deadline, deadline, std::nullopt};
  result<response> answer = co_await perform(std::move(address), std::move(request), waits, nullptr, -1);
  co_return answer;
}

asio::awaitable<error_code> try_connection(net::endpoint address, net::tls_client_context_ptr tls,
                                           std::string tls_server_name, steady_time deadline) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  exchange current{executor, {deadline, deadline, std::nullopt}};
  error_code problem = co_await current.connect(std::move(address));
  if (!problem && tls) problem = co_await current.secure(std::move(tls), std::move(tls_server_name));
  co_return problem;
}

namespace {

result<response> run_blocking(const net::endpoint& address, const client_request& request, patience waits,
                              const body_sink* sink, int connected) {
  asio::io_context context{1};
  result<response> answer = make_error_code(errc::cancelled);
  std::exception_ptr escaped;
  asio::co_spawn(context, perform(address, request, waits, sink, connected),
                 [&answer, &escaped](std::exception_ptr problem, result<response> given) {
                   escaped = problem;
                   answer = std::move(given);
                 });
  context.run();
  if (escaped) std::rethrow_exception(escaped);  // the sink threw: its owner is the caller
  return answer;
}

}  // namespace

result<response> fetch_blocking(const net::endpoint& address, const client_request& request,
                                std::chrono::milliseconds timeout, const body_sink& sink) {
  const steady_time deadline = steady_clock::now() + timeout;
  return run_blocking(address, request, {deadline, deadline, timeout}, sink ? &sink : nullptr, -1);
}

result<response> fetch_over(int socket, const client_request& request, std::chrono::milliseconds timeout,
                            const body_sink& sink) {
  const steady_time deadline = steady_clock::now() + timeout;
  return run_blocking({"localhost", 0}, request, {deadline, deadline, std::nullopt}, sink ? &sink : nullptr, socket);
}

}  // namespace modelgate::http_io
