#include "control/cli/api_client.hpp"

#include "modelgate/base/errc.hpp"
#include "modelgate/http_io/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <vector>

namespace modelgate::control::cli {
namespace {

outcome<std::vector<net::endpoint>> resolve(const server_address& address, const std::string& server) {
  boost::asio::io_context context;
  boost::asio::ip::tcp::resolver resolver{context};
  error_code problem;
  const auto found = resolver.resolve(address.host, std::to_string(address.port), problem);
  if (problem) {
    return failure{exit_code::no_server, "cannot find " + server + ": " + problem.message(), {}};
  }
  std::vector<net::endpoint> endpoints;
  for (const auto& entry : found)
    endpoints.push_back({entry.endpoint().address().to_string(), entry.endpoint().port()});
  return endpoints;
}

failure explain_transport(const error_code& problem, const std::string& server) {
  if (problem == errc::http_response_timeout) return {exit_code::timed_out, server + " did not answer in time", {}};
  if (problem == errc::http_protocol_error)
    return {exit_code::no_server, "what answers at " + server + " does not speak HTTP", {}};
  if (problem == errc::tls_certificate_error) {
    return {exit_code::no_server,
            "the certificate of " + server + " is not trusted, or is for another name",
            {"name the file of the authority that issued it with --ca-file, MODELGATE_CA_FILE or ca_file in "
             "~/.config/modelgate/config.toml"}};
  }
  if (problem == errc::tls_protocol_error)
    return {exit_code::no_server, "what answers at " + server + " does not speak TLS that this program accepts", {}};
  if (problem == errc::body_too_large) return {exit_code::failed, "the answer of " + server + " is too large", {}};
  if (problem == errc::http_response_incomplete || problem == errc::connection_terminated) {
    return {exit_code::no_server, "the connection to " + server + " broke off", {}};
  }
  return {exit_code::no_server,
          "cannot reach " + server + ": " + problem.message(),
          {"is modelgate running there? The address comes from --server, MODELGATE_SERVER or "
           "~/.config/modelgate/config.toml"}};
}

}  // namespace

api_client::api_client(server_address address, std::string server, std::string_view token,
                       net::tls_client_context_ptr trusted)
    : address_{std::move(address)},
      server_{std::move(server)},
      authorization_{token.empty() ? std::string{} : std::string{"Bearer "}.append(token)},
      trusted_{std::move(trusted)} {}

outcome<api_client> api_client::connect(const connection_settings& settings) {
  auto address = parse_server_address(settings.server);
  if (!address) return std::move(address).error();
  net::tls_client_context_ptr trusted;
  if (address->uses_tls) {
    auto loaded = net::tls_client_context::load(settings.ca_file);
    if (!loaded) return failure{exit_code::usage, loaded.error(), {}};
    trusted = std::move(*loaded);
  }
  return api_client{std::move(*address), settings.server, settings.token.reveal(), std::move(trusted)};
}

outcome<api_client::answer> api_client::perform(const call& asked, std::chrono::milliseconds timeout) const {
  return send(asked, timeout, {});
}

outcome<api_client::answer> api_client::stream(const call& asked, std::chrono::milliseconds longest_silence,
                                               const body_sink& sink) const {
  return send(asked, longest_silence, sink);
}

outcome<api_client::answer> api_client::send(const call& asked, std::chrono::milliseconds timeout,
                                             const body_sink& sink) const {
  const auto endpoints = resolve(address_, server_);
  if (!endpoints) return endpoints.error();

  http_io::client_request request;
  request.method = asked.method;
  request.target = address_.prefix + "/api/v1" + asked.path;
  request.fields.add("Host", address_.authority);
  request.fields.add("Accept", "application/json, application/problem+json, text/plain");
  if (!authorization_.empty()) request.fields.add("Authorization", std::string{authorization_.reveal()});
  if (!asked.if_match.empty()) request.fields.add("If-Match", asked.if_match);
  if (asked.json) {
    request.fields.add("Content-Type", "application/json");
    request.body = *asked.json;
  }
  request.max_response_bytes = 64U << 20U;
  request.tls = trusted_;
  request.tls_server_name = address_.host;

  // A name may stand for several addresses ("localhost" for ::1 and 127.0.0.1); where nobody listens, nothing was sent.
  result<http_io::response> given = make_error_code(errc::destination_unavailable);
  for (const net::endpoint& endpoint : *endpoints) {
    given = http_io::fetch_blocking(endpoint, request, timeout, sink);
    if (given || given.error() != errc::connection_refused) break;
  }
  if (!given) {
    if (given.error() == errc::invalid_argument)
      return failure{exit_code::usage, "the token or a name holds characters that cannot be sent", {}};
    return explain_transport(given.error(), server_);
  }
  if (given->status / 100 != 2) return explain_answer(given->status, given->body);
  return answer{given->status, std::move(given->body), std::string{given->fields.get("ETag")}};
}

}  // namespace modelgate::control::cli
