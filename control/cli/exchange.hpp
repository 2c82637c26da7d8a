#pragma once

#include "control/cli/failure.hpp"
#include "control/cli/server_address.hpp"

#include "modelgate/http_io/client.hpp"
#include "modelgate/net/tls_context.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace modelgate::control::cli {

/// One request to a server as people name it; its Host field, TLS and the largest answer (64 MiB) are put in here.
/// `server`: the address as it was given, for messages. `sink`: gets the body in pieces; none, it is in the answer.
/// Errors: no_server, timed_out, or what else kept an answer from coming; an answer of any status is none.
[[nodiscard]] outcome<http_io::response> exchange(const server_address& address, const std::string& server,
                                                  const net::tls_client_context_ptr& trusted,
                                                  http_io::client_request request, std::chrono::milliseconds timeout,
                                                  const http_io::body_sink& sink);

}  // namespace modelgate::control::cli
