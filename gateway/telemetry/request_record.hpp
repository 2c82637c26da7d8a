#pragma once

#include "gateway/telemetry/bounded_text.hpp"

#include "modelgate/base/trace_context.hpp"
#include "modelgate/http/head.hpp"
#include "modelgate/http/reason.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace modelgate::telemetry {

/// One request that has ended, as far as it goes into the access log or a trace.
///
/// Shape: trivially copyable; made in place in a ring.
/// Units: bytes are those of bodies as they were forwarded, or of our own answer.
struct request_record {
  using nanoseconds = std::chrono::nanoseconds;

  bool to_log = false;
  bool to_trace = false;
  bool understood = false;  ///< it has a method and a path
  bool secure = false;      ///< the client's connection speaks TLS
  bool dispatched = false;  ///< a replica was tried
  bool connected = false;   ///< for which a connection was made
  bool second_try = false;  ///< that replica is the second one, by a retry or a hedge
  bool given_up = false;    ///< the other one of the two was faster
  bool only_try = false;    ///< nothing but one try of a request that has a record of its own
  std::uint8_t minor_version = 1;
  http::method verb = http::method::get;
  std::uint16_t status = 0;
  std::uint16_t upstream_status = 0;  ///< 0: the replica sent no head
  std::uint16_t retries = 0;
  std::optional<http::reason> why;  ///< why the gateway answered itself or broke off

  nanoseconds started{0};  ///< since 1970: when the head was whole
  nanoseconds total{0};    ///< from then to the last byte of the answer
  nanoseconds head{0};     ///< before `started`: how long the head took to come
  nanoseconds held{0};     ///< from then until a body was here that was waited for
  nanoseconds queued{0};   ///< over all tries, like `connecting`
  nanoseconds connecting{0};
  nanoseconds dispatch{0};    ///< from `started` to the last replica's choice
  nanoseconds sending{0};     ///< from then until the request was sent whole, its body's way here included
  nanoseconds first_byte{0};  ///< from then, the choice, to the replica's head
  nanoseconds upstream{0};    ///< and to the answer's end

  std::uint64_t revision = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;

  trace_id trace;             ///< all zero: none
  span_id parent = 0;         ///< the caller's; 0: none
  span_id span = 0;           ///< of the request here
  span_id upstream_span = 0;  ///< of the request to the replica

  bounded_text<128> request_id;
  bounded_text<64> deployment;
  bounded_text<96> replica;
  bounded_text<64> authority;  ///< of the replica
  bounded_text<64> client;
  bounded_text<46> peer;
  bounded_text<255> path;  ///< in its one form, without the query
};
static_assert(std::is_trivially_copyable_v<request_record>);
static_assert(sizeof(request_record) <= 1'024);

[[nodiscard]] constexpr std::string_view name_of(http::method verb) noexcept {
  switch (verb) {
    case http::method::get:
      return "GET";
    case http::method::head:
      return "HEAD";
    case http::method::post:
      return "POST";
    case http::method::put:
      return "PUT";
    case http::method::delete_:
      return "DELETE";
    case http::method::patch:
      return "PATCH";
    case http::method::options:
      return "OPTIONS";
    case http::method::trace:
      return "TRACE";
    case http::method::connect:
      return "CONNECT";
    case http::method::other:
      break;
  }
  return "_OTHER";
}

}  // namespace modelgate::telemetry
