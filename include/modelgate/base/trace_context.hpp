#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// W3C Trace Context: which trace a request belongs to, and whose child it is.
///
/// Source: W3C Recommendation "Trace Context", https://www.w3.org/TR/trace-context/
namespace modelgate {

/// 16 bytes, not all zero, as two numbers: they are made by the pair and written as 32 hex digits.
struct trace_id {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend bool operator==(const trace_id&, const trace_id&) = default;
};

/// 8 bytes, not all zero.
using span_id = std::uint64_t;

/// The span of a request's second try at a replica: each has one of its own, and ids are random.
[[nodiscard]] constexpr span_id second_try_of(span_id first) noexcept {
  return first + 1 == 0 ? 1 : first + 1;
}

/// What one `traceparent` says.
struct trace_context {
  trace_id trace;
  span_id parent = 0;    ///< the span of who sends it
  bool sampled = false;  ///< who sends it records its part of this trace

  friend bool operator==(const trace_context&, const trace_context&) = default;
};

/// Absent for whatever the recommendation does not allow: upper case, all zero, another length. Of a version after 00
/// its first four parts are taken, as it asks for; what follows must be set off by '-'.
[[nodiscard]] std::optional<trace_context> parse_traceparent(std::string_view text) noexcept;

using traceparent_text = std::array<char, 55>;
/// Version 00, whatever came in: a part that is unknown is not passed on. Allocates nothing.
[[nodiscard]] traceparent_text format_traceparent(const trace_context& context) noexcept;

using trace_id_text = std::array<char, 32>;
[[nodiscard]] trace_id_text to_hex(trace_id id) noexcept;
using span_id_text = std::array<char, 16>;
[[nodiscard]] span_id_text to_hex(span_id id) noexcept;

/// Whether the values of all `tracestate` fields of one request together are what the recommendation allows: at most 32
/// entries `key=value`, no key twice. Empty entries are allowed and count for nothing.
[[nodiscard]] bool is_valid_tracestate(std::span<const std::string_view> values) noexcept;

}  // namespace modelgate
