#pragma once

#include "modelgate/http/head.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <string_view>

/// The one place that decides where a message ends. Doubt is a refusal, never a guess.
namespace modelgate::http {

enum class body_kind : std::uint8_t { none, sized, chunked, until_close };

struct body_framing {
  body_kind kind = body_kind::none;
  std::uint64_t size = 0;  ///< of a sized body

  friend bool operator==(const body_framing&, const body_framing&) = default;
};

struct request_framing {
  body_framing body;
  bool keep_alive = true;  ///< what the client asked for
  bool expects_continue = false;
  std::string_view host;         ///< authority of the request, validated; from an absolute-form target, else from Host
  std::string_view origin_form;  ///< path and query of the target

  friend bool operator==(const request_framing&, const request_framing&) = default;
};

/// Source: RFC 9112 sections 3.2, 6.1 to 6.3 and 9.3; RFC 9110 section 10.1.1. Stricter where the RFC leaves a choice:
///         Transfer-Encoding is exactly one `chunked`, only on HTTP/1.1 and never beside Content-Length; one
///         Content-Length; one Host.
[[nodiscard]] boost::system::result<request_framing, refusal> frame_request(const request_head& head) noexcept;

struct response_framing {
  body_framing body;
  bool keep_alive = true;  ///< whether the upstream keeps the connection after this message

  friend bool operator==(const response_framing&, const response_framing&) = default;
};

/// `to_head`: the answer belongs to a HEAD request and has no body.
[[nodiscard]] boost::system::result<response_framing, refusal> frame_response(const response_head& head,
                                                                              bool to_head) noexcept;

/// Whether text may stand in Host: a registered name, an IPv4 or bracketed IPv6 literal, and an optional port.
/// Source: RFC 3986 section 3.2.2, without percent-encoding and sub-delimiters.
[[nodiscard]] bool is_valid_authority(std::string_view text) noexcept;

}  // namespace modelgate::http
