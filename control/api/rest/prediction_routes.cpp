#include "control/api/rest/answers.hpp"
#include "control/api/rest/request_body.hpp"
#include "control/api/rest/routes.hpp"
#include "control/service/prediction_service.hpp"

#include "modelgate/base/base64.hpp"

#include <boost/json/value.hpp>
#include <boost/locale/utf.hpp>

#include <chrono>
#include <string>

namespace modelgate::control::rest {
namespace {

namespace json = boost::json;

bool is_utf8(std::string_view text) {
  using utf8 = boost::locale::utf::utf_traits<char>;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const boost::locale::utf::code_point point = utf8::decode(at, end);
    if (point == boost::locale::utf::illegal || point == boost::locale::utf::incomplete) return false;
  }
  return true;
}

json::value or_null(const std::string& text) {
  return text.empty() ? json::value{} : json::value(text);
}

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// Whatever a replica sends is shown as text: bytes that are none would not be JSON.
std::string printable(const std::string& text) {
  return is_utf8(text) ? text : base64(text);
}

json::object to_json(const service::prediction_reply& reply) {
  json::array headers;
  for (const auto& [name, value] : reply.fields)
    headers.push_back(json::object{{"name", name}, {"value", printable(value)}});
  const config::call_trail& trail = reply.trail;
  return {{"status", reply.status == 0 ? json::value{} : json::value(reply.status)},
          {"headers", std::move(headers)},
          {"body", printable(reply.body)},
          {"bodyEncoding", is_utf8(reply.body) ? "utf-8" : "base64"},
          {"replica", or_null(trail.replica)},
          {"reason", or_null(trail.reason)},
          {"error", or_null(reply.error)},
          {"timing", json::object{{"queue", seconds(trail.queue)},
                                  {"connect", seconds(trail.connect)},
                                  {"firstByte", seconds(trail.first_byte)},
                                  {"total", seconds(trail.total)}}}};
}

outcome predict(const service::prediction_service& predictions, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto document = read_body(of.request, body_kind::document);
  if (!document) return document.error();
  const auto reply =
      predictions.predict(of.who, of.arguments[0], *document, {of.request.peer, std::string{of.request_id}});
  if (!reply) return problem{reply.error()};
  return json_answer(200, to_json(*reply));
}

}  // namespace

void add_prediction_routes(route_table& to, const service::service_context& context) {
  to.add("POST", "/deployments/{id}/predict",
         [predictions = service::prediction_service{context}](const call& of) { return predict(predictions, of); });
}

}  // namespace modelgate::control::rest
