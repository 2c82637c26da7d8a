#include "control/runtime/probe.hpp"

#include "modelgate/base/result.hpp"
#include "modelgate/http_io/client.hpp"

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

/// Who has to answer, over TLS: by the name in its certificate.
void verify(http_io::client_request& request, const probe_peer& peer) {
  if (!peer.tls) return;
  request.tls = peer.tls;
  request.tls_server_name = peer.tls_server_name;
  request.fields.add("Host", net::to_string({peer.tls_server_name, peer.address.port}));
}

}  // namespace

boost::asio::awaitable<std::optional<std::string>> probe_health(probe_peer peer, std::string path,
                                                                steady_time deadline) {
  http_io::client_request request;
  request.target = path;
  request.max_response_bytes = answer_limit;
  verify(request, peer);
  const auto answer = co_await http_io::fetch(std::move(peer.address), std::move(request), deadline);
  const std::string asked = "GET " + path;
  if (!answer) co_return asked + ": " + answer.error().message();
  if (answer->status == 200) co_return std::nullopt;
  co_return asked + " answered " + std::to_string(answer->status);
}

boost::asio::awaitable<std::optional<std::string>> probe_example(probe_peer peer, warm_up_request example,
                                                                 steady_time deadline) {
  const std::string asked = "its example request, POST " + example.path + ",";
  http_io::client_request request;
  request.method = "POST";
  request.target = std::move(example.path);
  verify(request, peer);
  request.fields.add("Content-Type", "application/json");
  request.body = std::move(example.body);
  const auto answer = co_await http_io::fetch(std::move(peer.address), std::move(request), deadline);
  if (!answer) co_return asked + " was not answered: " + answer.error().message();
  if (answer->status / 100 == 2) co_return std::nullopt;
  std::string complaint = asked + " was answered " + std::to_string(answer->status);
  if (!answer->body.empty()) complaint += ": " + beginning_of(answer->body);
  co_return complaint;
}

boost::asio::awaitable<std::optional<std::string>> probe_connection(probe_peer peer, steady_time deadline) {
  const std::string asked = "connecting to " + net::to_string(peer.address);
  const error_code problem = co_await http_io::try_connection(std::move(peer.address), std::move(peer.tls),
                                                              std::move(peer.tls_server_name), deadline);
  if (!problem) co_return std::nullopt;
  co_return asked + ": " + problem.message();
}

}  // namespace modelgate::control::runtime
