#include "gateway/http_io/response_head.hpp"

#include "modelgate/http_io/refusal.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace modelgate::http_io {
namespace {

constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~";

bool is_token_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
         || token_marks.find(c) != std::string_view::npos;
}

bool is_value_char(char c) noexcept {
  return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

/// Fields that say how the connection goes on: the server's own business.
bool is_framing_field(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 3> framing{"Connection", "Content-Length", "Transfer-Encoding"};
  return std::any_of(framing.begin(), framing.end(), [name](std::string_view own) {
    return boost::beast::iequals({name.data(), name.size()}, {own.data(), own.size()});
  });
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

body_framing choose_framing(const response& answer, bool http_1_0) noexcept {
  if (answer.status < 200 || answer.status == 204 || answer.status == 304) return body_framing::none;
  if (!answer.stream) return body_framing::content_length;
  return http_1_0 ? body_framing::until_close : body_framing::chunked;
}

bool is_writable_field(std::string_view name, std::string_view value) noexcept {
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token_char)
         && std::all_of(value.begin(), value.end(), is_value_char);
}

std::optional<std::string> write_response_head(const response& answer, body_framing framing, bool keep_alive,
                                               system_time now) {
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " ";
  head.append(reason_phrase(answer.status)).append("\r\n");
  for (const auto& [name, value] : answer.fields.entries()) {
    if (!is_writable_field(name, value)) return std::nullopt;
    if (!is_framing_field(name)) append_field(head, name, value);
  }
  if (!answer.fields.contains("Date")) append_field(head, "Date", format_http_date(now));
  if (!answer.fields.contains("X-Content-Type-Options")) append_field(head, "X-Content-Type-Options", "nosniff");
  if (!answer.fields.contains("Cache-Control")) append_field(head, "Cache-Control", "no-store");
  switch (framing) {
    case body_framing::content_length:
      append_field(head, "Content-Length", std::to_string(answer.body.size()));
      break;
    case body_framing::chunked:
      append_field(head, "Transfer-Encoding", "chunked");
      break;
    case body_framing::none:
    case body_framing::until_close:
      break;
  }
  append_field(head, "Connection", keep_alive ? "keep-alive" : "close");
  head.append("\r\n");
  return head;
}

std::string write_chunk_size(std::size_t size) {
  std::array<char, 18> text{};
  const auto [end, problem] = std::to_chars(text.data(), text.data() + text.size(), size, 16);
  return std::string{text.data(), end}.append("\r\n");
}

}  // namespace modelgate::http_io
