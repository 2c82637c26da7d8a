#pragma once

#include "modelgate/http/framing.hpp"
#include "modelgate/http/head.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Heads written anew from their parsed parts: what was parsed is what is forwarded, nothing is copied with a patch.
namespace modelgate::proxy {

/// What goes into the head for the replica beside the client's own fields.
///
/// Shape: views; used at once.
struct upstream_request {
  std::string_view path;
  std::string_view query;
  bool has_query = false;
  std::string_view original_host;  ///< what the client called us
  std::string_view client_address;
  bool client_uses_tls = false;
  bool client_is_trusted_proxy = false;  ///< its X-Forwarded-* are appended to instead of replaced
  std::string_view request_id;
  std::string_view puid;
  std::string_view traceparent;
  bool forwards_tracestate = false;  ///< the client's is valid, as far as its traceparent is
  std::string_view user;             ///< authenticated client name; empty on public endpoints
  bool forward_authorization = false;
  bool upgrade = false;  ///< ask the replica for WebSocket
  http::body_framing body;
};

/// How many more times a request may be forwarded: what Max-Forwards says to an OPTIONS, the only method that reaches a
/// replica for which it means something. At zero we are the last that may answer.
/// Source: RFC 9110 section 7.6.2.
[[nodiscard]] std::optional<std::uint64_t> hops_left(const http::request_head& head) noexcept;

/// Appends everything but Host, which depends on the replica: the request line without it comes first, so the caller
/// writes "METHOD path HTTP/1.1\r\nHost: <authority>\r\n" by `append_request_line` and then these fields.
void append_request_line(std::string& to, const http::request_head& head, const upstream_request& request);
void append_request_fields(std::string& to, const http::request_head& head, const upstream_request& request);

/// Appends the field that tells a replica how long its answer is waited for: X-Request-Timeout, in seconds.
void append_request_timeout(std::string& to, std::chrono::nanoseconds remaining);

/// The replica that gets this head is the second one: its parent in the trace is a span of its own.
void tell_second_try(std::string& head);

/// How the answer goes back.
struct downstream_response {
  std::string_view request_id;
  std::string_view puid;
  std::string_view date;  ///< used when the replica sent none
  std::string_view
      limit_fields;  ///< RateLimit fields, whole lines; where there are, the replica's are not ours to pass
  bool add_seldon_fields = false;  ///< X-Content-Type-Options; protocol seldon
  bool add_cors = false;
  http::body_framing body;  ///< as it will be sent
  bool to_head = false;
  bool close = false;           ///< say that the connection ends
  bool say_keep_alive = false;  ///< an HTTP/1.0 client has to be told
  bool upgrade = false;         ///< the 101 that opens a tunnel
};

void append_response_head(std::string& to, const http::response_head& head, const downstream_response& response);

/// An informational answer (1xx) as it goes on to the client.
void append_informational_head(std::string& to, const http::response_head& head);

}  // namespace modelgate::proxy
