#pragma once

#include "control/domain/audit_event.hpp"

#include "modelgate/http_io/message.hpp"

#include <string>
#include <string_view>

/// What the audit trail is told of a request: neither its body nor its query, but whether it was a dry run
/// and what was confirmed.
namespace modelgate::control::rest {

/// Who asks is the caller's to fill in. A token that somebody put into the path is cut to what may be shown of it.
[[nodiscard]] domain::audit_event audited(const http_io::request& request, std::string_view request_id);

/// The thing that a path under /api/v1 is about: "/deployments/iris/stop" -> "deployments/iris". With an answer that
/// says where something was made, that.
[[nodiscard]] std::string resource_of(std::string_view path);
[[nodiscard]] std::string resource_of(std::string_view path, const http_io::response& answer);

}  // namespace modelgate::control::rest
