#pragma once

#include "control/runtime/warm_up.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/net/endpoint.hpp"
#include "modelgate/net/tls_context.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace modelgate::control::runtime {

/// Whom to ask, and with TLS who it has to be.
struct probe_peer {
  net::endpoint address;
  net::tls_client_context_ptr tls = nullptr;
  std::string tls_server_name = {};
};

/// Asks a replica once whether it may be sent requests: GET `path` answers 200. Absent when all is well, else what is
/// wrong. Source: `readiness` makes of such answers whether it is ready.
[[nodiscard]] boost::asio::awaitable<std::optional<std::string>> probe_health(probe_peer peer, std::string path,
                                                                              steady_time deadline);

/// Sends a replica its example request: POST answers 2xx. What is wrong otherwise says the status and how the answer
/// begins.
[[nodiscard]] boost::asio::awaitable<std::optional<std::string>> probe_example(probe_peer peer, warm_up_request example,
                                                                               steady_time deadline);

/// The same for a replica without a health path: it takes a connection, and with TLS proves who it is.
[[nodiscard]] boost::asio::awaitable<std::optional<std::string>> probe_connection(probe_peer peer,
                                                                                  steady_time deadline);

}  // namespace modelgate::control::runtime
