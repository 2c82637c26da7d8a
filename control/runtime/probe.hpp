#pragma once

#include "control/runtime/warm_up.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/net/endpoint.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace modelgate::control::runtime {

/// Asks a replica once whether it may be sent requests: GET `path` answers 200. Absent when all is well, else what is
/// wrong. Source: `readiness` makes of such answers whether it is ready.
[[nodiscard]] boost::asio::awaitable<std::optional<std::string>> probe_health(net::endpoint address, std::string path,
                                                                              steady_time deadline);

/// Sends a replica its example request: POST answers 2xx. What is wrong otherwise says the status and how the answer
/// begins.
[[nodiscard]] boost::asio::awaitable<std::optional<std::string>> probe_example(net::endpoint address,
                                                                               warm_up_request example,
                                                                               steady_time deadline);

/// The same for a replica without a health path: it takes a connection.
[[nodiscard]] boost::asio::awaitable<std::optional<std::string>> probe_connection(net::endpoint address,
                                                                                  steady_time deadline);

}  // namespace modelgate::control::runtime
