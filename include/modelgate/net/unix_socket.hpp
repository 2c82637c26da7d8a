#pragma once

#include "modelgate/base/result.hpp"
#include "modelgate/net/endpoint.hpp"
#include "modelgate/net/socket_handle.hpp"

namespace modelgate::net {

/// Opens a socket to a Unix-domain one, not blocking; it is connected at once or never, for there is no network between
/// the two. Errors: what the system says; errc::destination_unavailable when the server is not the endpoint's user's.
[[nodiscard]] result<socket_handle> connect_unix(const endpoint& to);

}  // namespace modelgate::net
