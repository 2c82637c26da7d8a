#include "gateway/http_io/request_reader.hpp"

#include "gateway/http_io/request_target.hpp"

#include "modelgate/http/framing.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

namespace modelgate::http_io {
namespace {

constexpr http::refusal body_too_large{http::reason::body_too_large, "the body is larger than this server takes"};

/// What its encoding makes of most bytes. Source: WHATWG URL Standard, section 5.2.
constexpr std::uint64_t growth_of_a_form = 3;

bool is_form(std::string_view content_type) {
  constexpr std::string_view form = "application/x-www-form-urlencoded";
  return content_type.size() >= form.size()
         && std::equal(form.begin(), form.end(), content_type.begin(), [](char a, char b) {
              return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
            });
}

}  // namespace

request_reader::request_reader(std::size_t head_limit, std::uint64_t body_limit)
    : head_limit_{head_limit}, body_limit_{body_limit} {}

void request_reader::append(std::string_view bytes) {
  buffer_ += bytes;
}

bool request_reader::is_idle() const noexcept {
  return !in_body_ && (buffer_.empty() || buffer_ == "\r" || buffer_ == "\r\n");
}

request_reader::step request_reader::refuse(const http::refusal& why) {
  why_ = {http::status_of(why.why), http::word(why.why), why.detail};
  return step::refused;
}

request_reader::step request_reader::advance() {
  if (!in_body_) {
    const step head = read_head();
    if (head != step::complete) return head;
    // A body that is on its way already is not asked for again.
    if (std::exchange(expects_continue_, false) && buffer_.empty()) return step::needs_continue;
  }
  return read_body();
}

request_reader::step request_reader::read_head() {
  const auto extent = http::find_head(buffer_, head_limit_);
  if (!extent) return refuse(extent.error());
  if (!*extent) return step::needs_more;
  const auto [skipped, size] = **extent;
  // Within the head's bytes neither fields nor target need limits of their own here.
  const http::head_limits limits{head_limit_, std::numeric_limits<std::size_t>::max(), head_limit_};
  const auto parsed = http::parse_request_head(std::string_view{buffer_}.substr(skipped, size), limits, head_);
  if (!parsed) return refuse(parsed.error());
  const auto framing = http::frame_request(head_);
  if (!framing) return refuse(framing.error());
  auto target = parse_request_target(framing->origin_form);
  if (!target) {
    return refuse({http::reason::bad_request,
                   "the request target is not a valid path and query; encode other characters as %XX"});
  }
  current_ = {};
  current_.message.method = head_.method_text;
  current_.message.path = std::move(target->path);
  current_.message.query = std::move(target->query);
  for (const http::field& field : head_.fields) {
    current_.message.fields.add(std::string{field.name}, std::string{field.value});
  }
  allowed_body_ = is_form(current_.message.fields.get("Content-Type")) ? body_limit_ * growth_of_a_form : body_limit_;
  if (framing->body.kind == http::body_kind::sized && framing->body.size > allowed_body_) return refuse(body_too_large);
  current_.keep_alive = framing->keep_alive;
  current_.http_1_0 = head_.minor_version == 0;
  expects_continue_ = framing->expects_continue;
  body_ = http::body_decoder{framing->body};
  in_body_ = true;
  buffer_.erase(0, skipped + size);
  return step::complete;
}

request_reader::step request_reader::read_body() {
  std::string& body = current_.message.body;
  std::string_view rest = buffer_;
  while (!rest.empty() && !body_.finished() && !body_.failed()) {
    const http::body_decoder::step taken = body_.next(rest);
    rest.remove_prefix(taken.consumed);
    if (taken.payload.size() > allowed_body_ - body.size()) return refuse(body_too_large);
    body += taken.payload;
  }
  buffer_.erase(0, buffer_.size() - rest.size());
  if (body_.failed()) return refuse({http::reason::bad_request, "the chunked body is malformed"});
  return body_.finished() ? step::complete : step::needs_more;
}

request_reader::taken_request request_reader::take() {
  assert(in_body_ && body_.finished());
  in_body_ = false;
  return std::exchange(current_, {});
}

}  // namespace modelgate::http_io
