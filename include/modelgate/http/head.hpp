#pragma once

#include "modelgate/http/fields.hpp"
#include "modelgate/http/reason.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// Heads of HTTP/1 messages, from bytes to parts, by the grammar of RFC 9112 and nothing looser: no bare LF, no folded line, no
/// second empty line before it, no space before a colon. What the parts say of the message's end is http/framing's.
namespace modelgate::http {

enum class method : std::uint8_t { get, head, post, put, delete_, patch, options, trace, connect, other };

struct head_limits {
  std::size_t bytes = 16'384;
  std::size_t fields = 100;
  std::size_t target_bytes = 8'192;
};

/// Shape: views into the parsed bytes, valid as long as those stay. Reused: `fields` keeps its memory.
struct request_head {
  method verb = method::get;
  std::string_view method_text;
  std::string_view target;
  unsigned minor_version = 1;  ///< of HTTP/1
  std::vector<field> fields;

  [[nodiscard]] const field* find(field_id id) const noexcept;  ///< the first that is no alias
};

struct response_head {
  unsigned status = 0;
  std::string_view reason_phrase;
  unsigned minor_version = 1;
  std::vector<field> fields;

  [[nodiscard]] const field* find(field_id id) const noexcept;
};

/// How far a head goes in a buffer that grows.
///
/// `skipped` bytes stand before it (one empty line is allowed before a request); `size` is the head with its last empty
/// line. Absent: more bytes are needed. Errors: a line that ends in LF alone or starts with white space, or more bytes
/// than the limit.
struct head_extent {
  std::size_t skipped = 0;
  std::size_t size = 0;
};
[[nodiscard]] boost::system::result<std::optional<head_extent>, refusal> find_head(std::string_view bytes,
                                                                                   std::size_t limit_bytes) noexcept;

/// Parses exactly one head, as found by find_head. Errors: the refusal to answer with.
[[nodiscard]] boost::system::result<void, refusal> parse_request_head(std::string_view bytes, const head_limits& limits,
                                                                      request_head& into);
/// Errors: every refusal means that the upstream's answer is invalid.
[[nodiscard]] boost::system::result<void, refusal> parse_response_head(std::string_view bytes,
                                                                       const head_limits& limits, response_head& into);

}  // namespace modelgate::http
