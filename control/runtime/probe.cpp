#include "control/runtime/probe.hpp"

#include "modelgate/base/result.hpp"
#include "modelgate/http_io/client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace modelgate::control::runtime {
namespace {

constexpr std::size_t answer_limit = 1'048'576;

/// How an answer begins, in one line that can stand in a status.
std::string beginning_of(std::string_view body) {
  constexpr std::size_t longest = 200;
  std::string text{body.substr(0, longest)};
  for (char& each : text) {
    if (each < ' ' && each >= 0) each = ' ';
    if (each < 0 || each == '\x7f') each = '?';
  }
  if (body.size() > longest) text += "...";
  return text;
}

/// Shared with the timer's handler, which may run after the coroutine has ended.
struct attempt {
  explicit attempt(const boost::asio::any_io_executor& on, steady_time deadline) : socket{on}, timer{on, deadline} {}

  boost::asio::ip::tcp::socket socket;
  boost::asio::steady_timer timer;
  bool late = false;
};

}  // namespace

boost::asio::awaitable<std::optional<std::string>> probe_health(net::endpoint address, std::string path,
                                                                steady_time deadline) {
  http_io::client_request request;
  request.target = path;
  request.max_response_bytes = answer_limit;
  const auto answer = co_await http_io::fetch(std::move(address), std::move(request), deadline);
  const std::string asked = "GET " + path;
  if (!answer) co_return asked + ": " + answer.error().message();
  if (answer->status == 200) co_return std::nullopt;
  co_return asked + " answered " + std::to_string(answer->status);
}

boost::asio::awaitable<std::optional<std::string>> probe_example(net::endpoint address, warm_up_request example,
                                                                 steady_time deadline) {
  const std::string asked = "its example request, POST " + example.path + ",";
  http_io::client_request request;
  request.method = "POST";
  request.target = std::move(example.path);
  request.fields.add("Content-Type", "application/json");
  request.body = std::move(example.body);
  const auto answer = co_await http_io::fetch(std::move(address), std::move(request), deadline);
  if (!answer) co_return asked + " was not answered: " + answer.error().message();
  if (answer->status / 100 == 2) co_return std::nullopt;
  std::string complaint = asked + " was answered " + std::to_string(answer->status);
  if (!answer->body.empty()) complaint += ": " + beginning_of(answer->body);
  co_return complaint;
}

boost::asio::awaitable<std::optional<std::string>> probe_connection(net::endpoint address, steady_time deadline) {
  const std::string asked = "connecting to " + net::to_string(address);
  error_code problem;
  const auto host = boost::asio::ip::make_address(address.host, problem);
  if (problem) co_return asked + ": " + problem.message();
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  const auto now = std::make_shared<attempt>(executor, deadline);
  now->timer.async_wait([now](const error_code& cancelled) {
    if (cancelled) return;
    now->late = true;
    error_code ignored;
    now->socket.close(ignored);
  });
  const boost::asio::ip::tcp::endpoint target{host, address.port};
  const auto [failed] = co_await now->socket.async_connect(target, boost::asio::as_tuple(boost::asio::use_awaitable));
  now->timer.cancel();
  error_code ignored;
  now->socket.close(ignored);
  if (!failed) co_return std::nullopt;
  co_return asked + ": " + (now->late ? std::string{"no answer in time"} : failed.message());
}

}  // namespace modelgate::control::runtime
