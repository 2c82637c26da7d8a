#include "modelgate/http/head.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <cstring>
#include <limits>
#include <string>

namespace modelgate::http {
namespace {

namespace beast = boost::beast;

using beast_error = beast::http::error;

std::string_view view(beast::string_view text) noexcept {
  return {text.data(), text.size()};
}

method to_method(beast::http::verb verb) noexcept {
  switch (verb) {
    case beast::http::verb::get:
      return method::get;
    case beast::http::verb::head:
      return method::head;
    case beast::http::verb::post:
      return method::post;
    case beast::http::verb::put:
      return method::put;
    case beast::http::verb::delete_:
      return method::delete_;
    case beast::http::verb::patch:
      return method::patch;
    case beast::http::verb::options:
      return method::options;
    case beast::http::verb::trace:
      return method::trace;
    case beast::http::verb::connect:
      return method::connect;
    default:
      return method::other;
  }
}

/// What Beast's parser asks of both kinds of message and we do not need: bodies are ours.
template <bool IsRequest>
class head_only_parser : public beast::http::basic_parser<IsRequest> {
 public:
  head_only_parser(std::vector<field>& into, std::size_t limit) : fields_{into}, limit_{limit} {
    fields_.clear();
    this->header_limit(std::numeric_limits<std::uint32_t>::max());  // find_head has already held the size down
    this->skip(true);
  }

  bool too_many_fields = false;

 private:
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                     beast::error_code& problem) override {
    if (fields_.size() >= limit_) {
      too_many_fields = true;
      problem = beast_error::header_limit;
      return;
    }
    const field_class known = classify_field(view(name));
    fields_.push_back({view(name), view(value), known.id, known.alias});
  }
  void on_header_impl(beast::error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, beast::error_code&) override {}
  std::size_t on_body_impl(beast::string_view body, beast::error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, beast::error_code&) override {
    return body.size();
  }
  void on_finish_impl(beast::error_code&) override {}

  std::vector<field>& fields_;
  std::size_t limit_;
};

class request_parser final : public head_only_parser<true> {
 public:
  request_parser(request_head& into, std::size_t field_limit)
      : head_only_parser{into.fields, field_limit}, head_{into} {}

 private:
  void on_request_impl(beast::http::verb verb, beast::string_view method_text, beast::string_view target, int version,
                       beast::error_code&) override {
    head_.verb = to_method(verb);
    head_.method_text = view(method_text);
    head_.target = view(target);
    head_.minor_version = static_cast<unsigned>(version % 10);
  }
  void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}

  request_head& head_;
};

class response_parser final : public head_only_parser<false> {
 public:
  response_parser(response_head& into, std::size_t field_limit)
      : head_only_parser{into.fields, field_limit}, head_{into} {}

 private:
  void on_request_impl(beast::http::verb, beast::string_view, beast::string_view, int, beast::error_code&) override {}
  void on_response_impl(int status, beast::string_view phrase, int version, beast::error_code&) override {
    head_.status = static_cast<unsigned>(status);
    head_.reason_phrase = view(phrase);
    head_.minor_version = static_cast<unsigned>(version % 10);
  }

  response_head& head_;
};

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// A well-formed version other than 1.0 and 1.1 is not a bad request but one that we do not speak.
bool names_other_version(std::string_view request_line) noexcept {
  if (request_line.size() < 9) return false;
  const std::string_view version = request_line.substr(request_line.size() - 8);
  return request_line[request_line.size() - 9] == ' ' && version.starts_with("HTTP/") && is_digit(version[5])
         && version[6] == '.' && is_digit(version[7]) && version != "HTTP/1.0" && version != "HTTP/1.1";
}

refusal explain(beast::error_code problem, std::string_view head) noexcept {
  if (problem == beast_error::bad_version && names_other_version(head.substr(0, head.find('\r')))) {
    return {reason::version_not_supported, "only HTTP/1.0 and HTTP/1.1 are spoken here", fault::version};
  }
  if (problem == beast_error::bad_method) return {reason::bad_request, "the request line does not start with a method"};
  if (problem == beast_error::bad_target)
    return {reason::bad_request, "the request target is malformed", fault::target};
  if (problem == beast_error::bad_version)
    return {reason::bad_request, "the request line does not end with an HTTP version", fault::version};
  if (problem == beast_error::bad_field) return {reason::bad_request, "a header field name is malformed"};
  if (problem == beast_error::bad_value) return {reason::bad_request, "a header field value has a forbidden character"};
  if (problem == beast_error::bad_content_length || problem == beast_error::multiple_content_length) {
    return {reason::bad_request, "Content-Length is malformed, repeated or beside Transfer-Encoding", fault::framing};
  }
  if (problem == beast_error::bad_transfer_encoding) {
    return {reason::bad_request, "Transfer-Encoding is repeated or beside Content-Length", fault::framing};
  }
  return {reason::bad_request, "the message head is malformed"};
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
  request_parser parser{into, limits.fields};
  beast::error_code problem;
  const std::size_t consumed = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), problem);
  if (parser.too_many_fields)
    return refusal{reason::head_too_large, "there are too many header fields", fault::too_large};
  if (problem) return explain(problem, bytes);
  if (consumed != bytes.size()) return refusal{reason::bad_request, "the message head is malformed"};
  if (into.target.size() > limits.target_bytes)
    return refusal{reason::target_too_long, "the request target is too long", fault::too_large};
  return {};
}

boost::system::result<void, refusal> parse_response_head(std::string_view bytes, const head_limits& limits,
                                                         response_head& into) {
  response_parser parser{into, limits.fields};
  beast::error_code problem;
  // "HTTP/1.1 200" without the space before an empty reason phrase is common; Beast insists on the space.
  constexpr std::size_t line_without_phrase = 12;
  if (bytes.size() > line_without_phrase && bytes[line_without_phrase] == '\r') {
    std::string line{bytes.substr(0, line_without_phrase)};
    line += " \r\n";
    parser.put(boost::asio::buffer(line), problem);
    if (problem && problem != beast_error::need_more) return explain(problem, bytes);
    problem = {};
    into.reason_phrase = {};
    bytes.remove_prefix(line_without_phrase + 2);
  }
  const std::size_t consumed = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), problem);
  if (parser.too_many_fields)
    return refusal{reason::head_too_large, "there are too many header fields", fault::too_large};
  if (problem) return explain(problem, bytes);
  if (consumed != bytes.size() || into.status < 100)
    return refusal{reason::bad_request, "the message head is malformed"};
  return {};
}

}  // namespace modelgate::http
