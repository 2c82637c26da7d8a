#include "modelgate/http/head.hpp"

#include "gateway/http/characters.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

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

bool take(std::string_view& from, char c) noexcept {
  if (from.empty() || from.front() != c) return false;
  from.remove_prefix(1);
  return true;
}

bool take_line_end(std::string_view& from) noexcept {
  if (from.size() < 2 || from[0] != '\r' || from[1] != '\n') return false;
  from.remove_prefix(2);
  return true;
}

/// The same for what field values and targets are made of: eight bytes at a time as long as none is a control character, a
/// space where `least` says so, or DEL. A byte with the lowest bits borrowed from may look like one, after one that is: the
/// first that looks so is one.
/// Source: Anderson, "Bit Twiddling Hacks", "Determine if a word has a byte less than n".
std::string_view take_text(std::string_view& from, std::uint8_t least, character_class what) noexcept {
  constexpr std::uint64_t ones = ~0ULL / 255;
  constexpr std::uint64_t highest_bits = ones * 0x80;
  const char* const start = from.data();
  while (from.size() >= sizeof(std::uint64_t)) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, from.data(), sizeof bytes);
    const std::uint64_t without_del = bytes ^ (ones * 0x7f);
    const std::uint64_t odd = ((bytes - ones * least) & ~bytes) | ((without_del - ones) & ~without_del);
    if (const std::uint64_t found = odd & highest_bits; found != 0) {
      if constexpr (std::endian::native == std::endian::little)
        from.remove_prefix(static_cast<std::size_t>(std::countr_zero(found)) / 8);
      if (!is_in(what, from.front())) return {start, static_cast<std::size_t>(from.data() - start)};
      from.remove_prefix(1);  // a tab
      continue;
    }
    from.remove_prefix(sizeof bytes);
  }
  static_cast<void>(take(from, what));
  return {start, static_cast<std::size_t>(from.data() - start)};
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

/// The field lines and the empty line after them; nothing may be left.
boost::system::result<void, refusal> parse_fields(std::string_view bytes, std::size_t limit, std::vector<field>& into) {
  into.clear();
  while (!take_line_end(bytes)) {
    const std::string_view name = take(bytes, in_token);
    if (name.empty() || !take(bytes, ':')) return refusal{reason::bad_request, "a header field name is malformed"};
    const std::string_view value = trim(take_text(bytes, 0x20, in_value));
    if (!take_line_end(bytes)) {
      return refusal{reason::bad_request, "a header field value has a forbidden character"};
    }
    if (into.size() >= limit)
      return refusal{reason::head_too_large, "there are too many header fields", fault::too_large};
    const field_class known = classify_field(name);
    into.push_back({name, value, known.id, known.alias});
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
  std::size_t line_start = extent.skipped;
  while (line_start < bytes.size()) {
    const void* found = std::memchr(bytes.data() + line_start, '\n', bytes.size() - line_start);
    if (found == nullptr) break;
    const auto lf = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    if (lf == line_start || bytes[lf - 1] != '\r') return refusal{reason::bad_request, "a line ends in LF without CR"};
    if (lf == line_start + 1) {  // an empty line ends the head
      if (line_start == extent.skipped)
        return refusal{reason::bad_request, "more than one empty line before the message"};
      extent.size = lf + 1 - extent.skipped;
      if (extent.size > limit_bytes)
        return refusal{reason::head_too_large, "the message head is too large", fault::too_large};
      return extent;
    }
    if (bytes[line_start] == ' ' || bytes[line_start] == '\t') {
      return refusal{reason::bad_request, "a line starts with white space; folded header fields are not accepted"};
    }
    line_start = lf + 1;
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
