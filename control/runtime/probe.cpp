#include "control/runtime/probe.hpp"

#include "modelgate/base/result.hpp"
#include "modelgate/http_io/client.hpp"

#include <utility>

namespace modelgate::control::runtime {
namespace {

constexpr std::size_t answer_limit = 1'048'576;

}  // namespace

boost::asio::awaitable<std::optional<std::string>> probe_health(probe_peer peer, std::string path,
                                                                steady_time deadline) {
  http_io::client_request request;
  request.target = path;
  request.max_response_bytes = answer_limit;
  if (peer.tls) {
    request.tls = std::move(peer.tls);
    request.tls_server_name = peer.tls_server_name;
    request.fields.add("Host", net::to_string({peer.tls_server_name, peer.address.port}));
  }
  const auto answer = co_await http_io::fetch(std::move(peer.address), std::move(request), deadline);
  const std::string asked = "GET " + path;
  if (!answer) co_return asked + ": " + answer.error().message();
  if (answer->status == 200) co_return std::nullopt;
  co_return asked + " answered " + std::to_string(answer->status);
}

boost::asio::awaitable<std::optional<std::string>> probe_connection(probe_peer peer, steady_time deadline) {
  const std::string asked = "connecting to " + net::to_string(peer.address);
  const error_code problem = co_await http_io::try_connection(std::move(peer.address), std::move(peer.tls),
                                                              std::move(peer.tls_server_name), deadline);
  if (!problem) co_return std::nullopt;
  co_return asked + ": " + problem.message();
}

}  // namespace modelgate::control::runtime
