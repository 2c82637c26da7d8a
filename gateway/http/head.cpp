#include "modelgate/http/head.hpp"

#include "gateway/http/byte_scan.hpp"
#include "gateway/http/characters.hpp"
#include "gateway/http/field_names.hpp"

#include <cstdint>
#include <optional>

namespace modelgate::http {
namespace {

/// Takes from the front whatever is of that class.
std::string_view take(std::string_view& from, character_class what) noexcept {
  const char* const start = from.data();
  const char* const end = start + from.size();
  const char* at = start;
  while (at != end && is_in(what, *at)) ++at;
  const auto size = static_cast<std::size_t>(at - start);
  from.remove_prefix(size);
  return {start, size};
}

// `inline`, here and below, is a hint that the compiler takes: without it parse_request_head of benchmarks/micro has 4,401
// instructions, with it 4,179.
inline bool take(std::string_view& from, char c) noexcept {
  if (from.empty() || from.front() != c) return false;
  from.remove_prefix(1);
  return true;
}

inline bool take_line_end(std::string_view& from) noexcept {
  if (from.size() < 2 || from[0] != '\r' || from[1] != '\n') return false;
  from.remove_prefix(2);
  return true;
}

/// The same for what field values and targets are made of: no control character but a tab, no DEL, nothing below `least`.
inline std::string_view take_text(std::string_view& from, std::uint8_t least, character_class what) noexcept {
  const char* const start = from.data();
  const char* const end = start + from.size();
  const char* at = find_control(start, end, least);
  while (at != end && is_in(what, *at)) at = find_control(at + 1, end, least);  // after a tab
  const auto size = static_cast<std::size_t>(at - start);
  from.remove_prefix(size);
  return {start, size};
}

method to_method(std::string_view text) noexcept {
  if (text == "POST") return method::post;
  if (text == "GET") return method::get;
  if (text == "HEAD") return method::head;
  if (text == "PUT") return method::put;
  if (text == "DELETE") return method::delete_;
  if (text == "PATCH") return method::patch;
  if (text == "OPTIONS") return method::options;
  if (text == "TRACE") return method::trace;
  if (text == "CONNECT") return method::connect;
  return method::other;
}

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

enum class spoken_version : std::uint8_t { ours, other, none };

spoken_version take_version(std::string_view& from, unsigned& minor) noexcept {
  constexpr std::size_t size = 8;
  if (from.size() < size || !from.starts_with("HTTP/") || !is_digit(from[5]) || from[6] != '.' || !is_digit(from[7])) {
    return spoken_version::none;
  }
  const bool ours = from[5] == '1' && from[7] <= '1';
  minor = static_cast<unsigned>(from[7] - '0');
  from.remove_prefix(size);
  return ours ? spoken_version::ours : spoken_version::other;
}

/// Up to the colon, which is taken too. Absent: what stands there is no name.
inline std::optional<std::string_view> take_name(std::string_view& from, field_class& known) noexcept {
  const char* const start = from.data();
  const char* const end = start + from.size();
  const char* const colon = find_byte(start, end, ':');
  const std::string_view name{start, static_cast<std::size_t>(colon - start)};
  if (colon == end || name.empty()) return std::nullopt;
  if (const std::optional<field_id> usual = find_usual_name(name)) {
    known = {*usual, false};
  } else {
    if (!all_in(in_token, name)) return std::nullopt;
    known = classify_field(name);
  }
  from.remove_prefix(name.size() + 1);
  return name;
}

/// The field lines and the empty line after them; nothing may be left.
boost::system::result<void, refusal> parse_fields(std::string_view bytes, std::size_t limit, std::vector<field>& into) {
  into.clear();
  while (!take_line_end(bytes)) {
    field_class known;
    const std::optional<std::string_view> name = take_name(bytes, known);
    if (!name) return refusal{reason::bad_request, "a header field name is malformed"};
    const std::string_view value = trim(take_text(bytes, 0x20, in_value));
    if (!take_line_end(bytes)) {
      return refusal{reason::bad_request, "a header field value has a forbidden character"};
    }
    if (into.size() >= limit)
      return refusal{reason::head_too_large, "there are too many header fields", fault::too_large};
    into.push_back({*name, value, known.id, known.alias});
  }
  if (!bytes.empty()) return refusal{reason::bad_request, "the message head is malformed"};
  return {};
}

}  // namespace

const field* request_head::find(field_id id) const noexcept {
  for (const field& f : fields) {
    if (f.id == id && !f.alias) return &f;
  }
  return nullptr;
}

const field* response_head::find(field_id id) const noexcept {
  for (const field& f : fields) {
    if (f.id == id && !f.alias) return &f;
  }
  return nullptr;
}

boost::system::result<std::optional<head_extent>, refusal> find_head(std::string_view bytes,
                                                                     std::size_t limit_bytes) noexcept {
  head_extent extent;
  if (bytes.starts_with("\r\n")) extent.skipped = 2;
  const char* const first = bytes.data() + extent.skipped;
  const char* const end = bytes.data() + bytes.size();
  for (const char* line = first; line != end;) {
    const char* const lf = find_byte(line, end, '\n');
    if (lf == end) break;
    if (lf == line || lf[-1] != '\r') return refusal{reason::bad_request, "a line ends in LF without CR"};
    if (lf == line + 1) {  // an empty line ends the head
      if (line == first) return refusal{reason::bad_request, "more than one empty line before the message"};
      extent.size = static_cast<std::size_t>(lf + 1 - first);
      if (extent.size > limit_bytes)
        return refusal{reason::head_too_large, "the message head is too large", fault::too_large};
      return extent;
    }
    if (*line == ' ' || *line == '\t') {
      return refusal{reason::bad_request, "a line starts with white space; folded header fields are not accepted"};
    }
    line = lf + 1;
  }
  if (bytes.size() - extent.skipped > limit_bytes) {
    return refusal{reason::head_too_large, "the message head is too large", fault::too_large};
  }
  return std::optional<head_extent>{};
}

boost::system::result<void, refusal> parse_request_head(std::string_view bytes, const head_limits& limits,
                                                        request_head& into) {
  into.method_text = take(bytes, in_token);
  if (into.method_text.empty() || !take(bytes, ' ')) {
    return refusal{reason::bad_request, "the request line does not start with a method"};
  }
  into.verb = to_method(into.method_text);
  into.target = take_text(bytes, 0x21, in_target);
  if (into.target.empty() || !take(bytes, ' '))
    return refusal{reason::bad_request, "the request target is malformed", fault::target};
  const spoken_version version = take_version(bytes, into.minor_version);
  if (version == spoken_version::none || !take_line_end(bytes)) {
    return refusal{reason::bad_request, "the request line does not end with an HTTP version", fault::version};
  }
  // A well-formed version other than 1.0 and 1.1 is not a bad request but one that we do not speak.
  if (version == spoken_version::other) {
    return refusal{reason::version_not_supported, "only HTTP/1.0 and HTTP/1.1 are spoken here", fault::version};
  }
  if (auto fields = parse_fields(bytes, limits.fields, into.fields); !fields) return fields;
  if (into.target.size() > limits.target_bytes)
    return refusal{reason::target_too_long, "the request target is too long", fault::too_large};
  return {};
}

boost::system::result<void, refusal> parse_response_head(std::string_view bytes, const head_limits& limits,
                                                         response_head& into) {
  const refusal malformed{reason::bad_request, "the message head is malformed"};
  if (take_version(bytes, into.minor_version) != spoken_version::ours || !take(bytes, ' ')) return malformed;
  into.status = 0;
  for (int digit = 0; digit < 3; ++digit) {
    if (bytes.empty() || !is_digit(bytes.front())) return malformed;
    into.status = into.status * 10 + static_cast<unsigned>(bytes.front() - '0');
    bytes.remove_prefix(1);
  }
  // "HTTP/1.1 200" without the space before an empty reason phrase is common.
  into.reason_phrase = take(bytes, ' ') ? take_text(bytes, 0x20, in_value) : std::string_view{};
  if (!take_line_end(bytes) || into.status < 100) return malformed;
  return parse_fields(bytes, limits.fields, into.fields);
}

}  // namespace modelgate::http
