#include "control/api/primehub/query_body.hpp"

#include "control/api/graphql/unicode.hpp"
#include "control/domain/names.hpp"

#include "modelgate/base/form_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace modelgate::control::primehub {
namespace {

namespace json = boost::json;

graphql::fault wrong(std::string sentence) {
  return {std::move(sentence), "BAD_REQUEST"};
}

std::string media_type_of(std::string_view content_type) {
  std::string type{domain::trimmed(content_type.substr(0, content_type.find(';')))};
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return type;
}

result<json::value, graphql::fault> parse_json(std::string_view text, const char* what) {
  boost::system::error_code broken;
  json::value document = json::parse(json::string_view{text.data(), text.size()}, broken);
  if (broken) return wrong(std::string{what} + " is not JSON: " + broken.message());
  return document;
}

result<void, graphql::fault> take_variables(const json::value& given, query_body& to) {
  if (given.is_null()) return {};
  const auto* members = given.if_object();
  if (members == nullptr) return wrong("Variables are provided as a JSON object.");
  to.variables = *members;
  return {};
}

result<query_body, graphql::fault> read_form(const std::string& form) {
  query_body read;
  read.query = form_value(form, "query");
  read.operation_name = form_value(form, "operationName");
  const std::string variables = form_value(form, "variables");
  if (!graphql::is_utf8(read.query) || !graphql::is_utf8(read.operation_name)) return wrong("The form is not UTF-8.");
  if (variables.empty()) return read;
  const auto document = parse_json(variables, "The form's field \"variables\"");
  if (!document) return document.error();
  if (const auto taken = take_variables(*document, read); !taken) return taken.error();
  return read;
}

result<query_body, graphql::fault> read_json(const std::string& body) {
  const auto document = parse_json(body, "The body");
  if (!document) return document.error();
  const auto* members = document->if_object();
  if (members == nullptr) return wrong("The body has to be one JSON object; batches are not answered.");
  query_body read;
  for (const auto& [name, to] : {std::pair{"query", &read.query}, std::pair{"operationName", &read.operation_name}}) {
    const auto* value = members->if_contains(name);
    if (value == nullptr || value->is_null()) continue;
    if (!value->is_string()) return wrong(std::string{"\""} + name + "\" has to be a text.");
    *to = value->get_string();
  }
  const auto* variables = members->if_contains("variables");
  if (variables == nullptr) return read;
  if (const auto taken = take_variables(*variables, read); !taken) return taken.error();
  return read;
}

}  // namespace

std::string form_value(std::string_view form, std::string_view name) {
  while (!form.empty()) {
    const std::string_view pair = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(pair.size() + 1, form.size()));
    const auto equals = pair.find('=');
    if (decode_form_text(pair.substr(0, equals)) != name) continue;
    return equals == std::string_view::npos ? std::string{} : decode_form_text(pair.substr(equals + 1));
  }
  return {};
}

result<query_body, graphql::fault> read_query(const http_io::request& request) {
  const std::string type = media_type_of(request.fields.get("Content-Type"));
  auto read = [&]() -> result<query_body, graphql::fault> {
    if (type == "application/json") return read_json(request.body);
    if (type == "application/x-www-form-urlencoded") return read_form(request.body);
    return wrong("Send the query as application/json or as application/x-www-form-urlencoded.");
  }();
  if (read && read->query.empty()) return wrong("Must provide query string.");
  return read;
}

}  // namespace modelgate::control::primehub
