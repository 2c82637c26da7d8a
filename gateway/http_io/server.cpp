#include "modelgate/http_io/server.hpp"

#include "gateway/http_io/session.hpp"

#include "modelgate/base/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <unistd.h>

#include <atomic>
#include <exception>
#include <utility>

namespace modelgate::http_io {
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
namespace {

/// Connections over the limit that may be told so at the same time; further ones are closed without a word.
constexpr std::size_t most_turned_away = 64;
/// When the system has no more descriptors, accepting again at once would only spin.
constexpr std::chrono::milliseconds accept_pause{100};

/// The root of every coroutine of this server.
void report_escaped(const std::exception_ptr& escaped) {
  if (!escaped) return;
  try {
    std::rethrow_exception(escaped);
  } catch (const std::exception& problem) {
    log::error("http_io", "a connection ended by an exception: this is a bug", {{"what", problem.what()}});
  }
}

tcp::acceptor open_acceptor(asio::io_context& context, const net::endpoint& address, int handed) {
  tcp::acceptor acceptor{context};
  error_code problem;
  const tcp::endpoint local{asio::ip::make_address(address.host), address.port};
  if (handed >= 0) {
    acceptor.assign(local.protocol(), handed);
    return acceptor;
  }
  acceptor.open(local.protocol(), problem);
  if (!problem) acceptor.set_option(tcp::acceptor::reuse_address(true), problem);
  if (!problem) acceptor.bind(local, problem);
  if (!problem) acceptor.listen(asio::socket_base::max_listen_connections, problem);
  if (problem) throw boost::system::system_error{problem, net::to_string(address)};
  return acceptor;
}

/// Counts one connection for as long as it lives. Owns what it counts in: a coroutine's parameters end in no order that
/// could be relied on.
template <class Count>
class counted {
 public:
  explicit counted(std::shared_ptr<Count> count) : count_{std::move(count)} { ++*count_; }
  counted(counted&&) noexcept = default;
  counted& operator=(counted&&) = delete;
  ~counted() {
    if (count_) --*count_;
  }

 private:
  std::shared_ptr<Count> count_;
};

using counted_connection = counted<std::atomic<std::size_t>>;
using counted_refusal = counted<std::size_t>;

}  // namespace

struct server::state : std::enable_shared_from_this<server::state> {
  state(asio::io_context& context, blocking_pool& pool, const net::endpoint& address, server_limits limits,
        request_handler handler, int handed)
      : acceptor{open_acceptor(context, address, handed)},
        accept_again{context},
        sessions{std::make_shared<session_context>(pool, limits, std::move(handler))} {
    const tcp::endpoint bound = acceptor.local_endpoint();
    local = {bound.address().to_string(), bound.port()};
  }

  static asio::awaitable<void> accept_connections(std::shared_ptr<state> self);
  static asio::awaitable<void> serve(std::shared_ptr<state> self, tcp::socket socket, counted_connection place);
  static asio::awaitable<void> turn_away(std::shared_ptr<state> self, tcp::socket socket, counted_refusal place);
  void take(tcp::socket socket);
  void stop_accepting();

  tcp::acceptor acceptor;
  asio::steady_timer accept_again;
  std::shared_ptr<session_context> sessions;
  net::endpoint local;
  std::size_t turned_away = 0;
};

asio::awaitable<void> server::state::accept_connections(std::shared_ptr<state> self) {
  constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
  while (self->acceptor.is_open()) {
    auto [problem, socket] = co_await self->acceptor.async_accept(as_result);
    if (!self->acceptor.is_open()) co_return;
    if (!problem) {
      self->take(std::move(socket));
      continue;
    }
    if (problem == asio::error::connection_aborted) continue;
    log::warning("http_io", "cannot accept a connection", {{"why", problem.message()}});
    self->accept_again.expires_after(accept_pause);
    co_await self->accept_again.async_wait(as_result);
  }
}

void server::state::take(tcp::socket socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  const auto executor = acceptor.get_executor();
  if (sessions->connections.load(std::memory_order_relaxed) < sessions->limits.connections) {
    asio::co_spawn(executor,
                   serve(shared_from_this(), std::move(socket), counted_connection{{sessions, &sessions->connections}}),
                   report_escaped);
  } else if (turned_away < most_turned_away) {
    asio::co_spawn(
        executor, turn_away(shared_from_this(), std::move(socket), counted_refusal{{shared_from_this(), &turned_away}}),
        report_escaped);
  }
}

asio::awaitable<void> server::state::serve(std::shared_ptr<state> self, tcp::socket socket, counted_connection) {
  session connection{self->sessions, std::move(socket)};
  co_await connection.run();
}

asio::awaitable<void> server::state::turn_away(std::shared_ptr<state> self, tcp::socket socket, counted_refusal) {
  session connection{self->sessions, std::move(socket)};
  co_await connection.turn_away();
}

void server::state::stop_accepting() {
  error_code problem;
  // Taken out of the event loop first: closing alone does not do that while another process has the socket too.
  const int socket = acceptor.release(problem);
  if (!problem) ::close(socket);
  accept_again.cancel();
}

server::server(asio::io_context& context, blocking_pool& pool, const net::endpoint& address, server_limits limits,
               request_handler handler, net::tls_context_ptr tls, int handed)
    : state_{std::make_shared<state>(context, pool, address, limits, std::move(handler), handed)} {
  state_->sessions->tls = std::move(tls);
  asio::co_spawn(context, state::accept_connections(state_), report_escaped);
}

server::~server() {
  // The context may be running on another thread; what it has not run when it ends, it destroys.
  asio::post(state_->acceptor.get_executor(), [state = state_] {
    state->stop_accepting();
    state->sessions->draining = true;
    for (session* each : state->sessions->open) each->close();
  });
}

net::endpoint server::address() const {
  return state_->local;
}

void server::set_own_answers(own_answers answers) {
  state_->sessions->own = std::move(answers);
}

void server::set_limits(const server_limits& limits) {
  state_->sessions->limits = limits;
}

int server::listening_socket() const {
  return state_->acceptor.native_handle();
}

void server::drain() {
  state_->stop_accepting();
  state_->sessions->draining = true;
  for (session* each : state_->sessions->open) each->drain();
}

void server::set_tls(net::tls_context_ptr tls) {
  asio::post(state_->acceptor.get_executor(),
             [state = state_, next = std::move(tls)]() mutable { state->sessions->tls = std::move(next); });
}

std::uint64_t server::tls_failures() const noexcept {
  return state_->sessions->tls_failures.load(std::memory_order_relaxed);
}

std::size_t server::connections() const noexcept {
  return state_->sessions->connections.load(std::memory_order_relaxed);
}

}  // namespace modelgate::http_io
