#include "modelgate/http_io/client.hpp"

#include "gateway/http_io/growing_body.hpp"
#include "gateway/http_io/response_head.hpp"
#include "gateway/http_io/socket_deadline.hpp"

#include "modelgate/base/errc.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>

#include <array>
#include <exception>
#include <limits>

namespace modelgate::http_io {
namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t head_limit = 65'536;
constexpr std::size_t read_size = 16'384;

using response_parser = http::response_parser<growing_body>;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

/// Errors: absent when a part of it would not stay in its place.
std::optional<std::string> write_request_head(const net::endpoint& address, const client_request& request) {
  const bool target_fits = request.target.find_first_of(std::string_view{" \r\n\t\0", 5}) == std::string::npos;
  if (!is_writable_field(request.method, "") || !target_fits || request.target.empty()) return std::nullopt;
  std::string head = request.method + " " + request.target + " HTTP/1.1\r\n";
  if (!request.fields.contains("Host")) head.append("Host: ").append(net::to_string(address)).append("\r\n");
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
  asio::awaitable<error_code> send(std::string_view head, std::string_view body);
  asio::awaitable<result<response>> receive(bool head_only, std::size_t body_limit, const body_sink* sink);

 private:
  asio::awaitable<error_code> read_more();
  asio::awaitable<error_code> read_head(std::optional<response_parser>& parser, bool head_only,
                                        std::optional<std::uint64_t> body_limit);
  asio::awaitable<error_code> read_body(response_parser& parser, std::size_t body_limit, const body_sink* sink);

  tcp::socket socket_;
  socket_deadline deadline_;
  patience waits_;
  std::string buffer_;  ///< bytes that the parser has not consumed
};

error_code as_protocol_error(const error_code& problem) {
  if (problem == http::error::body_limit) return make_error_code(errc::body_too_large);
  return make_error_code(errc::http_protocol_error);
}

asio::awaitable<error_code> exchange::connect(net::endpoint address) {
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

asio::awaitable<error_code> exchange::send(std::string_view head, std::string_view body) {
  deadline_.set(waits_.headed, socket_deadline::action::close);
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(head), asio::buffer(body)};
  const auto [problem, count] = co_await asio::async_write(socket_, buffers, as_result);
  if (deadline_.expired()) co_return make_error_code(errc::http_response_timeout);
  // A server may answer and close before it has read everything: what it says is worth more than that it stopped
  // reading.
  if (problem == asio::error::broken_pipe || problem == asio::error::connection_reset) co_return error_code{};
  co_return problem;
}

asio::awaitable<error_code> exchange::read_more() {
  const std::size_t held = buffer_.size();
  buffer_.resize(held + read_size);
  const auto [problem, count] =
      co_await socket_.async_read_some(asio::buffer(buffer_.data() + held, read_size), as_result);
  buffer_.resize(held + count);
  if (deadline_.expired()) co_return make_error_code(errc::http_response_timeout);
  co_return problem;
}

asio::awaitable<error_code> exchange::read_head(std::optional<response_parser>& parser, bool head_only,
                                                std::optional<std::uint64_t> body_limit) {
  for (;;) {  // once per interim answer
    parser.emplace();
    parser->header_limit(head_limit);
    parser->eager(false);
    parser->skip(head_only);
    if (body_limit) {
      parser->body_limit(*body_limit);
    } else {
      parser->body_limit(boost::none);
    }
    while (!parser->is_header_done()) {
      error_code problem = http::error::need_more;
      if (!buffer_.empty()) buffer_.erase(0, parser->put(asio::buffer(buffer_), problem));
      if (!problem) continue;
      if (problem != http::error::need_more) co_return as_protocol_error(problem);
      const error_code failure = co_await read_more();
      if (failure == asio::error::eof || failure == asio::error::connection_reset) {
        co_return make_error_code(buffer_.empty() && !parser->got_some() ? errc::connection_terminated
                                                                         : errc::http_response_incomplete);
      }
      if (failure) co_return failure;
    }
    const unsigned status = parser->get().result_int();
    if (status >= 200) co_return error_code{};
    if (status == 101) co_return make_error_code(errc::http_protocol_error);  // nothing asked for it
  }
}

asio::awaitable<error_code> exchange::read_body(response_parser& parser, std::size_t body_limit,
                                                const body_sink* sink) {
  parser.eager(true);
  while (!parser.is_done()) {
    if (sink != nullptr) deadline_.set(steady_clock::now() + *waits_.between_pieces, socket_deadline::action::close);
    error_code problem;
    if (may_parse_body(parser, buffer_)) buffer_.erase(0, parser.put(asio::buffer(buffer_), problem));
    if (problem && problem != http::error::need_more) co_return as_protocol_error(problem);
    std::string& body = parser.get().body();
    if (sink != nullptr && !body.empty()) {
      const bool wants_more = (*sink)(body);
      body.clear();
      if (!wants_more) co_return error_code{};
    }
    if (body.size() > body_limit) co_return make_error_code(errc::body_too_large);
    if (parser.is_done()) break;
    if (buffer_.size() > head_limit) co_return make_error_code(errc::http_protocol_error);
    const error_code failure = co_await read_more();
    if (failure == asio::error::eof) {
      parser.put_eof(problem);
      if (problem) co_return make_error_code(errc::http_response_incomplete);
    } else if (failure) {
      co_return failure;
    }
  }
  co_return error_code{};
}

asio::awaitable<result<response>> exchange::receive(bool head_only, std::size_t body_limit, const body_sink* sink) {
  std::optional<response_parser> parser;
  // What goes piece by piece is not held, so its length has no limit; whether it does shows only in the head.
  std::optional<std::uint64_t> announced_limit;
  if (sink == nullptr) announced_limit = body_limit;
  const error_code head_problem = co_await read_head(parser, head_only, announced_limit);
  if (head_problem) co_return head_problem;
  response answer;
  answer.status = parser->get().result_int();
  for (const auto& field : parser->get()) {
    answer.fields.add(std::string{view(field.name_string())}, std::string{view(field.value())});
  }
  const bool piece_by_piece = sink != nullptr && answer.status / 100 == 2;
  const error_code body_problem = co_await read_body(*parser, body_limit, piece_by_piece ? sink : nullptr);
  if (body_problem) co_return body_problem;
  answer.body = std::move(parser->get().body());
  co_return answer;
}

asio::awaitable<result<response>> perform(net::endpoint address, client_request request, patience waits,
                                          const body_sink* sink) {
  const std::optional<std::string> head = write_request_head(address, request);
  if (!head) co_return make_error_code(errc::invalid_argument);
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  exchange current{executor, waits};
  error_code problem = co_await current.connect(address);
  if (problem) co_return problem;
  problem = co_await current.send(*head, request.body);
  if (problem) co_return problem;
  result<response> answer = co_await current.receive(request.method == "HEAD", request.max_response_bytes, sink);
  co_return answer;
}

}  // namespace

asio::awaitable<result<response>> fetch(net::endpoint address, client_request request, steady_time deadline) {
  const patience waits{deadline, deadline, std::nullopt};
  result<response> answer = co_await perform(std::move(address), std::move(request), waits, nullptr);
  co_return answer;
}

result<response> fetch_blocking(const net::endpoint& address, const client_request& request,
                                std::chrono::milliseconds timeout, const body_sink& sink) {
  const steady_time deadline = steady_clock::now() + timeout;
  const patience waits{deadline, deadline, timeout};
  asio::io_context context{1};
  result<response> answer = make_error_code(errc::cancelled);
  std::exception_ptr escaped;
  asio::co_spawn(context, perform(address, request, waits, sink ? &sink : nullptr),
                 [&answer, &escaped](std::exception_ptr problem, result<response> given) {
                   escaped = problem;
                   answer = std::move(given);
                 });
  context.run();
  if (escaped) std::rethrow_exception(escaped);  // the sink threw: its owner is the caller
  return answer;
}

}  // namespace modelgate::http_io
