#include "modelgate/http/target.hpp"

#include "gateway/http/characters.hpp"

namespace modelgate::http {
namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char upper_hex(int value) noexcept {
  return "0123456789ABCDEF"[value];
}

refusal bad(std::string_view detail) noexcept {
  return {reason::bad_request, detail, fault::target};
}

/// The escaped byte at text[at] == '%'; -1 when the two characters after it are not hexadecimal.
int escaped_byte(std::string_view text, std::size_t at) noexcept {
  if (at + 2 >= text.size()) return -1;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool is_ambiguous_when_escaped(int byte) noexcept {
  return byte < 0x20 || byte == 0x7f || byte == '/' || byte == '\\' || byte == '%' || byte == ';';
}

/// Escaped bytes over 0x7f must be UTF-8 in its one form: of anything else, such as a "." in two bytes, decoders make
/// different things. Source: RFC 3629 section 4.
class utf8_check {
 public:
  /// Answers false when the byte cannot stand here.
  bool take(int byte) noexcept {
    if (pending_ > 0) {
      const bool fits = byte >= least_ && byte <= most_;
      --pending_;
      least_ = 0x80;
      most_ = 0xbf;
      return fits;
    }
    if (byte < 0x80) return true;
    if (byte < 0xc2 || byte > 0xf4) return false;
    pending_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    if (byte == 0xe0) least_ = 0xa0;
    if (byte == 0xed) most_ = 0x9f;
    if (byte == 0xf0) least_ = 0x90;
    if (byte == 0xf4) most_ = 0x8f;
    return true;
  }
  [[nodiscard]] bool complete() const noexcept { return pending_ == 0; }

 private:
  int pending_ = 0;  ///< continuation bytes that have to come
  int least_ = 0x80;
  int most_ = 0xbf;
};

boost::system::result<void, refusal> decode_path(std::string_view path, std::string& into) {
  constexpr std::string_view no_utf8 = "the path has escaped bytes that are not UTF-8";
  into.clear();
  utf8_check utf8;
  for (std::size_t at = 0; at < path.size(); ++at) {
    const char c = path[at];
    if (c == '%') {
      const int byte = escaped_byte(path, at);
      if (byte < 0) return bad("the path has a malformed percent-escape");
      if (!utf8.take(byte)) return bad(no_utf8);
      if (is_ambiguous_when_escaped(byte)) return bad("the path has an escaped separator or control character");
      if (byte < 0x80 && is_in(in_host, static_cast<char>(byte))) {
        into.push_back(static_cast<char>(byte));
      } else {
        into.push_back('%');
        into.push_back(upper_hex(byte / 16));
        into.push_back(upper_hex(byte % 16));
      }
      at += 2;
    } else if (!utf8.complete()) {
      return bad(no_utf8);
    } else if (is_in(in_path, c)) {
      into.push_back(c);
    } else {
      return bad("the path has a character that must not stand there");
    }
  }
  if (!utf8.complete()) return bad(no_utf8);
  return {};
}

boost::system::result<void, refusal> check_segments(std::string_view path) noexcept {
  std::size_t start = 1;  // the path starts with '/'
  while (start <= path.size()) {
    const std::size_t slash = path.find('/', start);
    const std::size_t end = slash == std::string_view::npos ? path.size() : slash;
    const std::string_view segment = path.substr(start, end - start);
    if (segment == "." || segment == "..") return bad("the path has a dot segment");
    if (segment.empty() && end != path.size()) return bad("the path has an empty segment");
    start = end + 1;
  }
  return {};
}

boost::system::result<void, refusal> check_query(std::string_view query) noexcept {
  for (std::size_t at = 0; at < query.size(); ++at) {
    const char c = query[at];
    if (c == '%') {
      if (escaped_byte(query, at) < 0) return bad("the query has a malformed percent-escape");
      at += 2;
    } else if (!is_in(in_path, c) && std::string_view{"?;[]|"}.find(c) == std::string_view::npos) {
      return bad("the query has a character that must not stand there");
    }
  }
  return {};
}

}  // namespace

boost::system::result<normal_target, refusal> normalise_target(std::string_view origin_form, std::string& storage) {
  if (!origin_form.starts_with('/')) return bad("the request target does not start with '/'");
  normal_target target;
  const std::size_t mark = origin_form.find('?');
  std::string_view path = origin_form.substr(0, mark);
  if (mark != std::string_view::npos) {
    target.has_query = true;
    target.query = origin_form.substr(mark + 1);
    if (auto checked = check_query(target.query); !checked) return checked.error();
  }
  if (!all_in(in_path, path)) {  // most are, and then nothing is copied
    if (auto decoded = decode_path(path, storage); !decoded) return decoded.error();
    path = storage;
  }
  if (auto checked = check_segments(path); !checked) return checked.error();
  target.path = path;
  return target;
}

}  // namespace modelgate::http
