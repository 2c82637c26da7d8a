#include "control/api/rest/request_body.hpp"

#include "control/domain/names.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parser.hpp>

#include <algorithm>

namespace modelgate::control::rest {
namespace {

std::string media_type_of(std::string_view content_type) {
  std::string type{domain::trimmed(content_type.substr(0, content_type.find(';')))};
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return type;
}

std::string place_of(std::string_view body, std::size_t offset) {
  const std::string_view before = body.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto line_start = before.rfind('\n');
  const std::size_t column = line_start == std::string_view::npos ? offset + 1 : offset - line_start;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace

result<boost::json::value, problem> read_body(const http_io::request& request, body_kind kind) {
  if (kind == body_kind::optional_document && request.body.empty()) return boost::json::value(boost::json::object{});
  const std::string type = media_type_of(request.fields.get("Content-Type"));
  if (type != "application/json" && !(kind == body_kind::patch && type == "application/merge-patch+json")) {
    const char* const accepted =
        kind == body_kind::patch ? "application/merge-patch+json or application/json" : "application/json";
    problem refused{415, "UNSUPPORTED_MEDIA_TYPE", std::string{"send the document as "} + accepted};
    refused.fields.emplace_back(kind == body_kind::patch ? "Accept-Patch" : "Accept-Post", accepted);
    return refused;
  }
  boost::json::parser parser;
  boost::system::error_code broken;
  const std::size_t read = parser.write_some(request.body, broken);
  if (!broken && read == request.body.size()) return parser.release();
  const std::string why = broken ? broken.message() : "something follows the document";
  return problem{400, "BAD_REQUEST", "the body is not JSON: " + why + " at " + place_of(request.body, read)};
}

}  // namespace modelgate::control::rest
