#include "control/api/rest/problem.hpp"

#include "control/api/rest/json_text.hpp"
#include "control/api/rest/views.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace modelgate::control::rest {
namespace {

/// Source: RFC 9457 section 4.2.1: with type "about:blank", the title is the status's phrase of RFC 9110.
std::string_view title_of(unsigned status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

struct in_http {
  unsigned status;
  const char* code;
};

in_http in_http_words(service::failure kind) {
  switch (kind) {
    case service::failure::bad_request:
      return {400, "BAD_REQUEST"};
    case service::failure::unauthenticated:
      return {401, "AUTH_REQUIRED"};
    case service::failure::forbidden:
      return {403, "NOT_AUTH"};
    case service::failure::over_quota:
      return {403, "EXCEED_QUOTA"};
    case service::failure::not_found:
      return {404, "RESOURCE_NOT_FOUND"};
    case service::failure::conflict:
      return {409, "RESOURCE_CONFLICT"};
    case service::failure::invalid:
      return {422, "REQUEST_BODY_INVALID"};
    case service::failure::precondition_required:
      return {428, "PRECONDITION_REQUIRED"};
    case service::failure::precondition_failed:
      return {412, "PRECONDITION_FAILED"};
    case service::failure::key_in_use:
      return {409, "IDEMPOTENCY_KEY_IN_USE"};
    case service::failure::key_reused:
      return {422, "IDEMPOTENCY_KEY_REUSED"};
    case service::failure::storage_unavailable:
      return {503, "STORAGE_UNAVAILABLE"};
  }
  return {500, "INTERNAL_ERROR"};
}

}  // namespace

problem::problem(const service::service_error& error)
    : detail{error.detail},
      errors{error.mistakes},
      quota{error.quota},
      current{error.current},
      changed_by{error.changed_by},
      changes{error.changes} {
  const in_http words = in_http_words(error.kind);
  status = words.status;
  code = words.code;
  if (error.kind == service::failure::unauthenticated) {
    fields.emplace_back("WWW-Authenticate", "Bearer realm=\"modelgate\"");
  }
  const bool passes_by_itself =
      error.kind == service::failure::storage_unavailable || error.kind == service::failure::key_in_use;
  if (passes_by_itself) fields.emplace_back("Retry-After", "1");
}

http_io::response to_response(const problem& of, std::string_view request_id) {
  boost::json::object document;
  document.emplace("type", "about:blank");
  document.emplace("title", title_of(of.status));
  document.emplace("status", of.status);
  document.emplace("detail", of.detail);
  document.emplace("instance", request_id);
  document.emplace("code", of.code);
  if (!of.errors.empty()) {
    boost::json::array errors;
    for (const diagnostic& error : of.errors) {
      errors.push_back(boost::json::object{{"pointer", error.where}, {"code", error.code}, {"detail", error.detail}});
    }
    document.emplace("errors", std::move(errors));
  }
  if (!of.quota.empty()) document.emplace("quota", to_json(of.quota));
  if (of.current) {
    document.emplace("current", *of.current);
    document.emplace("changedBy", of.changed_by);
    if (of.changes) document.emplace("changes", *of.changes);
  }
  http_io::response answer;
  answer.status = of.status;
  answer.fields.add("Content-Type", "application/problem+json");
  for (const auto& [name, value] : of.fields) answer.fields.add(name, value);
  answer.body = json_text(document);
  return answer;
}

}  // namespace modelgate::control::rest
