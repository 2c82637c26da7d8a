#include "control/cli/exchange.hpp"

#include "modelgate/base/errc.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <vector>

namespace modelgate::control::cli {
namespace {

constexpr std::size_t largest_answer = 64U << 20U;

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

outcome<http_io::response> exchange(const server_address& address, const std::string& server,
                                    const net::tls_client_context_ptr& trusted, http_io::client_request request,
                                    std::chrono::milliseconds timeout, const http_io::body_sink& sink) {
  const auto endpoints = resolve(address, server);
  if (!endpoints) return endpoints.error();
  request.fields.add("Host", address.authority);
  request.max_response_bytes = largest_answer;
  request.tls = trusted;
  request.tls_server_name = address.host;

  // A name may stand for several addresses ("localhost" for ::1 and 127.0.0.1); where nobody listens, nothing was sent.
  result<http_io::response> given = make_error_code(errc::destination_unavailable);
  for (const net::endpoint& endpoint : *endpoints) {
    given = http_io::fetch_blocking(endpoint, request, timeout, sink);
    if (given || given.error() != errc::connection_refused) break;
  }
  if (given) return std::move(*given);
  if (given.error() == errc::invalid_argument)
    return failure{exit_code::usage, "the token or a name holds characters that cannot be sent", {}};
  return explain_transport(given.error(), server);
}

}  // namespace modelgate::control::cli
