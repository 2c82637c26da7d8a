#include "gateway/http/local_reply.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <charconv>

namespace modelgate::http {
namespace {

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto [end, problem] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

/// What both kinds of answer begin with.
template <class Answer>
void append_common(std::string& out, unsigned status, std::string_view date, const Answer& answer) {
  out += "HTTP/1.1 ";
  append_number(out, status);
  out.append(" ").append(status_text(status)).append("\r\nDate: ").append(date);
  out += "\r\nVia: 1.1 modelgate\r\nX-Content-Type-Options: nosniff\r\n";
  if (!answer.request_id.empty()) out.append("X-Request-Id: ").append(answer.request_id).append("\r\n");
  if (!answer.keep_alive) out += "Connection: close\r\n";
  if (!answer.puid.empty()) out.append("Seldon-Puid: ").append(answer.puid).append("\r\n");
  if (answer.cors) out += "Access-Control-Allow-Origin: *\r\n";
}

void append_body(std::string& out, std::string_view content_type, std::string_view body, bool to_head) {
  if (!content_type.empty()) out.append("Content-Type: ").append(content_type).append("\r\n");
  out += "Content-Length: ";
  append_number(out, body.size());
  out += "\r\n\r\n";
  if (!to_head) out += body;
}

std::string seldon_status(const local_reply& reply, unsigned status) {
  boost::json::object body;
  body["status"] =
      boost::json::object{{"code", status},
                          {"info", boost::json::string_view{reply.detail.data(), reply.detail.size()}},
                          {"reason", boost::json::string_view{word(reply.why).data(), word(reply.why).size()}},
                          {"status", "FAILURE"}};
  if (!reply.request_id.empty()) {
    body["meta"] =
        boost::json::object{{"requestId", boost::json::string_view{reply.request_id.data(), reply.request_id.size()}}};
  }
  return boost::json::serialize(body);
}

}  // namespace

void append_local_reply(std::string& out, const local_reply& reply, std::string_view date) {
  const unsigned status = status_of(reply.why);
  append_common(out, status, date, reply);
  if (status == 401) out += "WWW-Authenticate: Basic realm=\"Authentication Required\"\r\n";
  if (!reply.allow.empty()) out.append("Allow: ").append(reply.allow).append("\r\n");
  if (reply.retry_after_seconds > 0) {
    out += "Retry-After: ";
    append_number(out, reply.retry_after_seconds);
    out += "\r\n";
  }
  out += reply.extra_fields;
  append_body(out, "application/json", seldon_status(reply, status), reply.to_head);
}

void append_local_answer(std::string& out, const local_answer& answer, std::string_view date) {
  append_common(out, 200, date, answer);
  out += answer.extra_fields;
  append_body(out, answer.content_type, answer.body, answer.to_head);
}

}  // namespace modelgate::http
