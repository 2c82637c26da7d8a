#include "control/cli/api_client.hpp"

#include "control/cli/exchange.hpp"

#include "modelgate/http_io/client.hpp"

#include <utility>

namespace modelgate::control::cli {

api_client::api_client(server_address address, std::string server, std::string_view token,
                       net::tls_client_context_ptr trusted, std::filesystem::path ca_file)
    : address_{std::move(address)},
      server_{std::move(server)},
      authorization_{token.empty() ? std::string{} : std::string{"Bearer "}.append(token)},
      trusted_{std::move(trusted)},
      ca_file_{std::move(ca_file)} {}

outcome<api_client> api_client::connect(const connection_settings& settings) {
  auto address = parse_server_address(settings.server);
  if (!address) return std::move(address).error();
  net::tls_client_context_ptr trusted;
  if (address->uses_tls) {
    auto loaded = net::tls_client_context::load(settings.ca_file);
    if (!loaded) return failure{exit_code::usage, loaded.error(), {}};
    trusted = std::move(*loaded);
  }
  return api_client{std::move(*address), settings.server, settings.token.reveal(), std::move(trusted),
                    settings.ca_file};
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
  http_io::client_request request;
  request.method = asked.method;
  request.target = address_.prefix + "/api/v1" + asked.path;
  request.fields.add("Accept", "application/json, application/problem+json, text/plain, text/event-stream");
  if (!authorization_.empty()) request.fields.add("Authorization", std::string{authorization_.reveal()});
  if (!asked.if_match.empty()) request.fields.add("If-Match", asked.if_match);
  if (!asked.last_event_id.empty()) request.fields.add("Last-Event-ID", asked.last_event_id);
  if (asked.json) {
    request.fields.add("Content-Type", "application/json");
    request.body = *asked.json;
  }
  auto given = exchange(address_, server_, trusted_, std::move(request), timeout, sink);
  if (!given) return std::move(given).error();
  if (given->status / 100 != 2) return explain_answer(given->status, given->body);
  return answer{given->status, std::move(given->body), std::string{given->fields.get("ETag")}};
}

outcome<http_io::response> api_client::predict(const std::string& endpoint, std::string body,
                                               const crypto::secret& token, std::chrono::milliseconds timeout) const {
  const auto address = parse_server_address(endpoint);
  if (!address) return address.error();
  auto trusted = trusted_;
  if (address->uses_tls && trusted == nullptr) {
    auto loaded = net::tls_client_context::load(ca_file_);
    if (!loaded) return failure{exit_code::usage, loaded.error(), {}};
    trusted = std::move(*loaded);
  }
  http_io::client_request request;
  request.method = "POST";
  request.target = address->prefix;
  request.fields.add("Content-Type", "application/json");
  request.fields.add("Accept", "*/*");
  if (!token.empty()) request.fields.add("Authorization", "Bearer " + std::string{token.reveal()});
  request.body = std::move(body);
  return exchange(*address, endpoint, trusted, std::move(request), timeout, {});
}

}  // namespace modelgate::control::cli
