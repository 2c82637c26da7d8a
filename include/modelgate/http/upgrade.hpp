#pragma once

#include "modelgate/http/framing.hpp"
#include "modelgate/http/head.hpp"

#include <array>
#include <optional>
#include <string_view>

/// The one protocol that a connection may change to: WebSocket. Pure; whether a deployment allows it is not asked here.
namespace modelgate::http {

/// What Sec-WebSocket-Accept has to say when a server has understood the key.
using websocket_accept = std::array<char, 28>;

/// Source: RFC 6455 section 4.2.2, item 5.4.
[[nodiscard]] websocket_accept accept_of(std::string_view key) noexcept;

/// The accept to expect if the request asks for WebSocket, and nothing but that, in a way that every server reads alike:
/// GET, HTTP/1.1, no body, one Upgrade field with one protocol, Connection names it, one key of 16 bytes, version 13, and
/// Connection does not take key or version away. Absent: it is an ordinary request, whose Upgrade is dropped.
/// Source: RFC 6455 section 4.2.1, RFC 9110 section 7.8.
[[nodiscard]] std::optional<websocket_accept> asks_for_websocket(const request_head& head,
                                                                 const request_framing& framing) noexcept;

/// Whether an answer is the 101 that was asked for: one Upgrade to WebSocket which Connection names, one
/// Sec-WebSocket-Accept that is right, and no body.
/// Source: RFC 6455 section 4.1, what a client has to check.
[[nodiscard]] bool switches_to_websocket(const response_head& head, const websocket_accept& expected) noexcept;

}  // namespace modelgate::http
