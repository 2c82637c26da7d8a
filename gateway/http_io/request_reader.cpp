#include "gateway/http_io/request_reader.hpp"

#include "gateway/http_io/growing_body.hpp"
#include "gateway/http_io/request_target.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>

#include <cassert>
#include <limits>

namespace modelgate::http_io {
namespace http = boost::beast::http;

struct request_reader::parser : http::request_parser<growing_body> {};

namespace {

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

/// What Beast's parser would let through although two readers may disagree on it: folded lines, bare CR or LF, NUL.
bool is_clean_head(std::string_view head) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    const char c = head[i];
    if (c == '\0') return false;
    if (c == '\n' && (i == 0 || head[i - 1] != '\r')) return false;
    if (c != '\r') continue;
    if (i + 1 == head.size() || head[i + 1] != '\n') return false;
    if (i + 2 < head.size() && (head[i + 2] == ' ' || head[i + 2] == '\t')) return false;
  }
  return true;
}

/// Whether the request line is refused for no other reason than a version that is not spoken here. Beast's error for a
/// bad version covers any odd end of that line.
bool speaks_another_version(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  const std::size_t space = line.rfind(' ');
  if (space == std::string_view::npos) return false;
  const std::string_view version = line.substr(space + 1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) && version[6] == '.'
         && is_digit(version[7]) && !version.starts_with("HTTP/1.");
}

bool is_content_length(std::string_view text) {
  return !text.empty() && text.size() <= 19 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

request_reader::request_reader(std::size_t head_limit, std::uint64_t body_limit)
    : head_limit_{head_limit}, body_limit_{body_limit} {}

request_reader::~request_reader() = default;

void request_reader::append(std::string_view bytes) {
  buffer_ += bytes;
}

bool request_reader::is_idle() const noexcept {
  return !parser_ && buffer_.empty();
}

request_reader::step request_reader::refuse(unsigned status, std::string_view code, std::string_view detail) {
  why_ = {status, code, detail};
  return step::refused;
}

request_reader::step request_reader::advance() {
  if (!parser_) {
    const step head = read_head();
    if (head != step::complete) return head;
    if (parser_->is_done()) return step::complete;
    if (const std::string_view expected = message_.fields.get("Expect"); !expected.empty()) {
      if (!boost::beast::iequals({expected.data(), expected.size()}, "100-continue")) {
        return refuse(417, "EXPECTATION_FAILED", "only the expectation 100-continue is known here");
      }
      // A body that is on its way already is not asked for again; HTTP/1.0 knows no interim answers.
      if (buffer_.empty() && parser_->get().version() == 11) return step::needs_continue;
    }
  }
  return read_body();
}

request_reader::step request_reader::read_head() {
  // RFC 9112 section 2.2: one empty line before a request is skipped, as some old clients send one after a body.
  if (!skipped_line_) {
    if (buffer_.empty() || buffer_ == "\r") return step::needs_more;
    if (buffer_.starts_with("\r\n")) buffer_.erase(0, 2);
    skipped_line_ = true;
  }
  const std::size_t from = searched_ < 3 ? 0 : searched_ - 3;
  const std::size_t end = buffer_.find("\r\n\r\n", from);
  if (end == std::string::npos) {
    searched_ = buffer_.size();
    if (buffer_.size() > head_limit_) {
      return refuse(431, "HEAD_TOO_LARGE", "the request line and header fields are larger than this server takes");
    }
    return step::needs_more;
  }
  const std::size_t head_size = end + 4;
  if (head_size > head_limit_) {
    return refuse(431, "HEAD_TOO_LARGE", "the request line and header fields are larger than this server takes");
  }
  if (!is_clean_head({buffer_.data(), head_size})) {
    return refuse(400, "BAD_REQUEST", "the header section holds a folded line, a bare CR or LF, or a NUL byte");
  }

  parser_ = std::make_unique<parser>();
  parser_->header_limit(std::numeric_limits<std::uint32_t>::max());  // limited above
  parser_->body_limit(body_limit_);
  parser_->eager(false);
  error_code problem;
  std::size_t used = 0;
  while (!problem && !parser_->is_header_done()) {
    used += parser_->put(boost::asio::buffer(buffer_.data() + used, head_size - used), problem);
  }
  if (problem == http::error::body_limit) {
    return refuse(413, "BODY_TOO_LARGE", "the body is larger than this server takes");
  }
  if (problem == http::error::bad_version && speaks_another_version({buffer_.data(), head_size})) {
    return refuse(505, "VERSION_NOT_SUPPORTED", "only HTTP/1.1 and HTTP/1.0 are spoken here");
  }
  if (problem) return refuse(400, "BAD_REQUEST", "the request line or a header field is malformed");
  buffer_.erase(0, used);
  searched_ = 0;
  parser_->eager(true);
  if (!check_fields()) return step::refused;
  return step::complete;
}

bool request_reader::check_fields() {
  const auto& head = parser_->get();
  const bool http_1_0 = head.version() == 10;
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t encodings = 0;
  message_ = {};
  for (const auto& field : head) {
    const std::string_view value = view(field.value());
    message_.fields.add(std::string{view(field.name_string())}, std::string{value});
    switch (field.name()) {
      case http::field::host:
        if (++hosts > 1 || !is_valid_host(value)) {
          refuse(400, "BAD_REQUEST", "there must be exactly one Host field, with a valid host");
          return false;
        }
        break;
      case http::field::content_length:
        if (++lengths > 1 || !is_content_length(value)) {
          refuse(400, "BAD_REQUEST", "Content-Length must stand once and be a number");
          return false;
        }
        break;
      case http::field::transfer_encoding:
        if (++encodings > 1 || !boost::beast::iequals(field.value(), "chunked") || http_1_0) {
          refuse(400, "BAD_REQUEST", "Transfer-Encoding must stand once, be chunked, and come with HTTP/1.1");
          return false;
        }
        break;
      default:
        break;
    }
  }
  if (hosts == 0 && !http_1_0) {
    refuse(400, "BAD_REQUEST", "HTTP/1.1 needs a Host field");
    return false;
  }
  if (lengths != 0 && encodings != 0) {
    refuse(400, "BAD_REQUEST", "Content-Length and Transfer-Encoding must not stand together");
    return false;
  }
  std::optional<request_target> target = parse_request_target(view(head.target()));
  if (!target) {
    refuse(400, "BAD_REQUEST", "the request target is not a valid path and query; encode other characters as %XX");
    return false;
  }
  message_.method = view(head.method_string());
  message_.path = std::move(target->path);
  message_.query = std::move(target->query);
  return true;
}

request_reader::step request_reader::read_body() {
  error_code problem;
  if (!parser_->is_done() && may_parse_body(*parser_, buffer_)) {
    const std::size_t used = parser_->put(boost::asio::buffer(buffer_), problem);
    buffer_.erase(0, used);
  }
  if (problem == http::error::body_limit) {
    return refuse(413, "BODY_TOO_LARGE", "the body is larger than this server takes");
  }
  if (problem && problem != http::error::need_more) {
    return refuse(400, "BAD_REQUEST", "the chunked body is malformed");
  }
  if (parser_->is_done()) return step::complete;
  // What is left over now is an unfinished chunk header or trailer section.
  if (buffer_.size() > head_limit_) {
    return refuse(431, "HEAD_TOO_LARGE", "a chunk extension or the trailer section is larger than this server takes");
  }
  return step::needs_more;
}

request_reader::taken_request request_reader::take() {
  assert(parser_ && parser_->is_done());
  taken_request taken{std::move(message_), parser_->keep_alive(), parser_->get().version() == 10};
  taken.message.body = std::move(parser_->get().body());
  message_ = {};
  parser_.reset();
  skipped_line_ = false;
  return taken;
}

}  // namespace modelgate::http_io
