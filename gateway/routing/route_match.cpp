#include "gateway/routing/route_match.hpp"

#include "modelgate/http/fields.hpp"

namespace modelgate::routing {
namespace {

constexpr std::string_view prefix = "/deployment/";

constexpr std::string_view allow_predictions = "GET, HEAD, OPTIONS, POST";
constexpr std::string_view allow_feedback = "OPTIONS, POST";
constexpr std::string_view allow_reading = "GET, HEAD, OPTIONS";

/// "/v2" itself or anything below it.
bool is_under(std::string_view path, std::string_view top) noexcept {
  return path.starts_with(top) && (path.size() == top.size() || path[top.size()] == '/');
}

/// Whatever the case: a replica's router may not mind it.
bool is_metrics(std::string_view path) noexcept {
  const std::string_view first = path.substr(0, path.find('/', 1));
  return http::equals_ignoring_case(first, "/metrics") || http::equals_ignoring_case(first, "/prometheus");
}

route_match found(route_kind kind, std::string_view upstream_path, std::string_view allow) noexcept {
  return {true, kind, upstream_path, allow};
}

route_match match_seldon_api(std::string_view call) noexcept {
  if (call == "predictions") return found(route_kind::predictions, "/predict", allow_predictions);
  if (call == "feedback") return found(route_kind::feedback, "/send-feedback", allow_feedback);
  if (call == "status" || call == "health/status") return found(route_kind::status, "/health/status", allow_reading);
  if (call == "metadata") return found(route_kind::metadata, "/metadata", allow_reading);
  if (call == "doc" || call == "doc/") return found(route_kind::document, "/seldon.json", allow_reading);
  return {};
}

route_match match_seldon(std::string_view rest) noexcept {
  for (const std::string_view version : {std::string_view{"/api/v1.0/"}, std::string_view{"/api/v0.1/"}}) {
    if (rest.starts_with(version)) return match_seldon_api(rest.substr(version.size()));
  }
  if (rest == "/ready") return found(route_kind::ready, rest, allow_reading);
  if (rest == "/live") return found(route_kind::live, rest, allow_reading);
  if (is_under(rest, "/v2") || is_under(rest, "/v1/models") || rest.starts_with("/v1/models:")
      || is_under(rest, "/openai/v1")) {
    return found(route_kind::inference_api, rest, {});
  }
  return {};
}

}  // namespace

split_path split_request_path(std::string_view path) noexcept {
  if (path == "/ping") return {path_kind::ping, {}};
  if (!path.starts_with(prefix)) return {};
  const std::string_view rest = path.substr(prefix.size());
  const std::size_t slash = rest.find('/');
  const std::string_view id = rest.substr(0, slash);
  if (id.empty()) return {};
  return {path_kind::deployment, {id, slash == std::string_view::npos ? std::string_view{"/"} : rest.substr(slash)}};
}

route_match match_route(config::upstream_protocol protocol, std::string_view rest) noexcept {
  switch (protocol) {
    case config::upstream_protocol::seldon:
      return match_seldon(rest);
    case config::upstream_protocol::passthrough:
      if (is_metrics(rest)) return {};
      return found(route_kind::passthrough, rest, {});
  }
  return {};
}

bool method_is_allowed(const route_match& match, http::method verb) noexcept {
  if (verb == http::method::connect || verb == http::method::trace) return false;
  switch (match.kind) {
    case route_kind::inference_api:
    case route_kind::passthrough:
      return true;
    case route_kind::feedback:
      return verb == http::method::post;
    case route_kind::predictions:
      return verb == http::method::get || verb == http::method::post || verb == http::method::head;
    case route_kind::status:
    case route_kind::metadata:
    case route_kind::document:
    case route_kind::ready:
    case route_kind::live:
      return verb == http::method::get || verb == http::method::head;
  }
  return false;
}

}  // namespace modelgate::routing
