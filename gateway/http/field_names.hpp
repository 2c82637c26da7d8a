#pragma once

#include "modelgate/http/fields.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace modelgate::http {

struct known_name {
  std::string_view name;
  field_id id;
};

/// By length.
inline constexpr std::array known_names{
    known_name{"te", field_id::te},
    known_name{"via", field_id::via},
    known_name{"host", field_id::host},
    known_name{"date", field_id::date},
    known_name{"expect", field_id::expect},
    known_name{"trailer", field_id::trailer},
    known_name{"upgrade", field_id::upgrade},
    known_name{"forwarded", field_id::forwarded},
    known_name{"connection", field_id::connection},
    known_name{"tracestate", field_id::tracestate},
    known_name{"keep-alive", field_id::keep_alive},
    known_name{"seldon-puid", field_id::seldon_puid},
    known_name{"traceparent", field_id::traceparent},
    known_name{"max-forwards", field_id::max_forwards},
    known_name{"x-request-id", field_id::x_request_id},
    known_name{"authorization", field_id::authorization},
    known_name{"content-length", field_id::content_length},
    known_name{"x-forwarded-for", field_id::x_forwarded_for},
    known_name{"x-forwarded-user", field_id::x_forwarded_user},
    known_name{"x-forwarded-host", field_id::x_forwarded_host},
    known_name{"proxy-connection", field_id::proxy_connection},
    known_name{"x-forwarded-proto", field_id::x_forwarded_proto},
    known_name{"x-request-timeout", field_id::x_request_timeout},
    known_name{"transfer-encoding", field_id::transfer_encoding},
    known_name{"proxy-authenticate", field_id::proxy_authenticate},
    known_name{"proxy-authorization", field_id::proxy_authorization},
    known_name{"x-content-type-options", field_id::x_content_type_options},
    known_name{"access-control-allow-origin", field_id::access_control_allow_origin},
};

inline constexpr std::size_t longest_known = 27;

/// What the field of a name is that is written as nearly all write it: "Content-Length", "content-length". A table that has a
/// place of its own for each of these names answers with one comparison, and a name that it knows is a token. Absent: ask
/// classify_field.
[[nodiscard]] std::optional<field_id> find_usual_name(std::string_view name) noexcept;

}  // namespace modelgate::http
