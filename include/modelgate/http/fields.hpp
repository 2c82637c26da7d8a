#pragma once

#include <cstdint>
#include <string_view>

namespace modelgate::http {

/// Header fields that the gateway treats in a way of its own; all others are passed on as they are.
enum class field_id : std::uint8_t {
  other,
  authorization,
  connection,
  content_length,
  date,
  expect,
  forwarded,
  host,
  keep_alive,
  max_forwards,
  proxy_authenticate,
  proxy_authorization,
  proxy_connection,
  seldon_puid,
  te,
  traceparent,
  tracestate,
  trailer,
  transfer_encoding,
  upgrade,
  via,
  x_forwarded_for,
  x_forwarded_host,
  x_forwarded_proto,
  x_forwarded_user,
  x_request_id,
  x_request_timeout,
  x_content_type_options,
  access_control_allow_origin,
};

/// One header field; views into the bytes that were parsed.
struct field {
  std::string_view name;
  std::string_view value;  ///< without surrounding white space
  field_id id = field_id::other;
  bool alias = false;  ///< spelled so that only a model server's framework would fold it to `id` ("X_Forwarded.User")
};

struct field_class {
  field_id id = field_id::other;
  bool alias = false;
};

/// Names compare without case. `_` and `.` count as `-`, as CGI and WSGI servers fold them, and make an alias.
[[nodiscard]] field_class classify_field(std::string_view name) noexcept;

/// Fields that concern one connection only and are never passed on, whatever Connection says.
/// Source: RFC 9110 section 7.6.1.
[[nodiscard]] bool is_hop_by_hop(field_id id) noexcept;

/// Without spaces and tabs at both ends.
[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// ASCII case-insensitive comparison.
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// Whether `list`, a comma-separated list of tokens, has `token`; without case.
[[nodiscard]] bool list_has_token(std::string_view list, std::string_view token) noexcept;

/// Whether text is one token. Source: RFC 9110 section 5.6.2.
[[nodiscard]] bool is_token(std::string_view text) noexcept;

}  // namespace modelgate::http
