#include "control/runtime/container/engine_connection.hpp"

#include "modelgate/base/errc.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace modelgate::control::runtime::container {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t block_size = 65'536;
constexpr std::uint32_t head_limit = 65'536;

/// What a timer's handler may still see when the connection has gone.
struct watched_socket {
  explicit watched_socket(asio::local::stream_protocol::socket opened) : socket{std::move(opened)} {}

  void close() noexcept {
    error_code ignored;
    socket.close(ignored);
  }

  asio::local::stream_protocol::socket socket;
  std::uint64_t turn = 0;  ///< a handler that was queued when its deadline was replaced belongs to an older one
  bool expired = false;
  bool cancelled = false;
};

}  // namespace

struct engine_connection::parts {
  parts(asio::any_io_executor executor, const std::filesystem::path& path)
      : address{path},
        watched{std::make_shared<watched_socket>(asio::local::stream_protocol::socket{executor})},
        timer{executor} {}

  void set_deadline(steady_time when) {
    const std::uint64_t turn = ++watched->turn;
    timer.expires_at(when);
    timer.async_wait([watched = watched, turn](const error_code& problem) {
      if (problem || watched->turn != turn) return;
      watched->expired = true;
      watched->close();
    });
  }

  void clear_deadline() {
    ++watched->turn;
    timer.cancel();
  }

  /// What a failure means to who waits.
  [[nodiscard]] error_code meaning_of(const error_code& problem, errc when_late) const {
    if (watched->cancelled) return errc::cancelled;
    if (watched->expired) return when_late;
    if (problem == asio::error::connection_refused || problem == boost::system::errc::no_such_file_or_directory)
      return errc::connection_refused;
    if (problem == http::error::end_of_stream || problem == asio::error::connection_reset
        || problem == asio::error::broken_pipe)
      return errc::connection_terminated;
    if (problem == http::error::partial_message || problem == asio::error::eof) return errc::http_response_incomplete;
    if (problem.category() == http::make_error_code(http::error::bad_version).category())
      return errc::http_protocol_error;
    return problem;
  }

  const std::string address;
  std::shared_ptr<watched_socket> watched;
  asio::steady_timer timer;
  boost::beast::flat_buffer buffer{head_limit + block_size};
  std::optional<http::response_parser<http::buffer_body>> parser;
};

engine_connection::engine_connection(asio::any_io_executor executor, const std::filesystem::path& socket)
    : parts_{std::make_unique<parts>(std::move(executor), socket)} {}

engine_connection::~engine_connection() {
  parts_->clear_deadline();
  parts_->watched->close();
}

void engine_connection::cancel() noexcept {
  parts_->watched->cancelled = true;
  parts_->watched->close();
}

asio::awaitable<result<unsigned>> engine_connection::begin(engine_call call, steady_time deadline) {
  parts& mine = *parts_;
  auto& socket = mine.watched->socket;
  constexpr std::size_t longest_path = 107;  // of sockaddr_un, which would be an exception
  if (mine.address.empty() || mine.address.size() > longest_path) co_return make_error_code(errc::invalid_argument);
  if (mine.watched->cancelled) co_return make_error_code(errc::cancelled);
  mine.set_deadline(deadline);
  const asio::local::stream_protocol::endpoint where{mine.address};
  const auto [refused] = co_await socket.async_connect(where, as_result);
  if (refused) {
    mine.clear_deadline();
    co_return mine.meaning_of(refused, errc::connection_timeout);
  }
  const auto verb = http::string_to_verb(call.method);
  http::request<http::string_body> request{verb, call.target, 11};
  request.set(http::field::host, "engine");
  request.set(http::field::user_agent, "modelgate");
  request.set(http::field::connection, "close");
  if (!call.registry_auth.empty()) request.set("X-Registry-Auth", call.registry_auth);
  if (!call.body.empty()) request.set(http::field::content_type, "application/json");
  request.body() = std::move(call.body);
  request.prepare_payload();
  const auto [unsent, sent] = co_await http::async_write(socket, request, as_result);
  if (unsent) {
    mine.clear_deadline();
    co_return mine.meaning_of(unsent, errc::http_response_timeout);
  }
  mine.parser.emplace();
  mine.parser->header_limit(head_limit);
  mine.parser->body_limit(boost::none);  // each reader has its own
  const auto [unread, read] = co_await http::async_read_header(socket, mine.buffer, *mine.parser, as_result);
  mine.clear_deadline();
  if (unread) co_return mine.meaning_of(unread, errc::http_response_timeout);
  co_return mine.parser->get().result_int();
}

asio::awaitable<result<std::string>> engine_connection::read_some(steady_time deadline) {
  parts& mine = *parts_;
  std::string piece(block_size, '\0');
  while (mine.parser && !mine.parser->is_done()) {
    if (mine.watched->cancelled) co_return make_error_code(errc::cancelled);
    auto& body = mine.parser->get().body();
    body.data = piece.data();
    body.size = piece.size();
    body.more = true;
    mine.set_deadline(deadline);
    const auto [problem, taken] =
        co_await http::async_read_some(mine.watched->socket, mine.buffer, *mine.parser, as_result);
    mine.clear_deadline();
    const std::size_t got = piece.size() - body.size;
    if (problem && problem != http::error::need_buffer && got == 0)
      co_return mine.meaning_of(problem, errc::http_response_timeout);
    if (got == 0) continue;
    piece.resize(got);
    co_return piece;
  }
  co_return std::string{};
}

asio::awaitable<result<engine_reply>> exchange(engine_connection& over, engine_call call, std::size_t most_bytes,
                                               steady_time deadline) {
  const auto status = co_await over.begin(std::move(call), deadline);
  if (!status) co_return status.error();
  engine_reply reply{*status, {}};
  for (;;) {
    const auto piece = co_await over.read_some(deadline);
    if (!piece) co_return piece.error();
    if (piece->empty()) break;
    if (reply.body.size() + piece->size() > most_bytes) co_return make_error_code(errc::body_too_large);
    reply.body += *piece;
  }
  co_return reply;
}

}  // namespace modelgate::control::runtime::container
