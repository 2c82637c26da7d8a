#include "control/api/rest/session_cookie.hpp"

#include "control/domain/names.hpp"

#include "modelgate/http/fields.hpp"

namespace modelgate::control::rest {
namespace {

/// With the prefix, browsers take it over TLS only, for this host alone, and no subdomain can plant another.
std::string_view name_of_cookie(bool secure) {
  return secure ? "__Host-modelgate-session" : "modelgate-session";
}

/// "https://models.example.com:8081" -> "models.example.com:8081"; empty for "null" and the like.
std::string_view authority_of(std::string_view origin) {
  const auto end_of_scheme = origin.find("://");
  return end_of_scheme == std::string_view::npos ? std::string_view{} : origin.substr(end_of_scheme + 3);
}

problem foreign() {
  return {403, "NOT_AUTH",
          "a session's changes are taken from this server's own pages only (Sec-Fetch-Site, Origin); programs send an "
          "API token: Authorization: Bearer mga_..."};
}

}  // namespace

std::string session_cookie(const http_io::field_list& fields, bool secure) {
  const std::string_view wanted = name_of_cookie(secure);
  for (const auto& [name, value] : fields.entries()) {
    if (!http::equals_ignoring_case(name, "cookie")) continue;
    for (std::string_view rest = value; !rest.empty();) {
      const auto end = rest.find(';');
      const std::string_view pair = domain::trimmed(rest.substr(0, end));
      const auto equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == wanted) {
        return std::string{pair.substr(equals + 1)};
      }
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
    }
  }
  return {};
}

std::string set_session_cookie(std::string_view value, std::chrono::seconds life, bool secure) {
  std::string text{name_of_cookie(secure)};
  text.append("=").append(value).append("; Path=/; HttpOnly; SameSite=Strict; Max-Age=");
  text += std::to_string(value.empty() ? 0 : life.count());
  if (secure) text += "; Secure";
  return text;
}

std::optional<problem> foreign_origin(const http_io::field_list& fields, origin_rule rule) {
  const std::string_view site = fields.get("Sec-Fetch-Site");
  // "none": the person himself, not a page.
  if (!site.empty() && site != "same-origin" && site != "none") return foreign();
  const std::string_view origin = fields.get("Origin");
  if (!origin.empty()) {
    if (!http::equals_ignoring_case(authority_of(origin), fields.get("Host"))) return foreign();
    return std::nullopt;
  }
  if (site.empty() && rule == origin_rule::required) return foreign();
  return std::nullopt;
}

}  // namespace modelgate::control::rest
