#include "modelgate/http/reason.hpp"

namespace modelgate::http {
namespace {

struct row {
  unsigned status;
  std::string_view word;
};

row describe(reason value) noexcept {
  switch (value) {
    case reason::bad_request:
      return {400, "BAD_REQUEST"};
    case reason::auth_required:
      return {401, "AUTH_REQUIRED"};
    case reason::auth_failed:
      return {401, "AUTH_FAILED"};
    case reason::deployment_not_found:
      return {404, "DEPLOYMENT_NOT_FOUND"};
    case reason::route_not_found:
      return {404, "ROUTE_NOT_FOUND"};
    case reason::method_not_allowed:
      return {405, "METHOD_NOT_ALLOWED"};
    case reason::request_timeout:
      return {408, "REQUEST_TIMEOUT"};
    case reason::body_too_large:
      return {413, "BODY_TOO_LARGE"};
    case reason::target_too_long:
      return {414, "TARGET_TOO_LONG"};
    case reason::expectation_failed:
      return {417, "EXPECTATION_FAILED"};
    case reason::misdirected:
      return {421, "MISDIRECTED"};
    case reason::rate_limited:
      return {429, "RATE_LIMITED"};
    case reason::concurrency_limited:
      return {429, "CONCURRENCY_LIMITED"};
    case reason::head_too_large:
      return {431, "HEAD_TOO_LARGE"};
    case reason::client_closed:
      return {499, "CLIENT_CLOSED"};
    case reason::not_implemented:
      return {501, "NOT_IMPLEMENTED"};
    case reason::upstream_connect:
      return {502, "UPSTREAM_CONNECT"};
    case reason::upstream_reset:
      return {502, "UPSTREAM_RESET"};
    case reason::upstream_invalid:
      return {502, "UPSTREAM_INVALID"};
    case reason::deployment_stopped:
      return {503, "DEPLOYMENT_STOPPED"};
    case reason::no_ready_replica:
      return {503, "NO_READY_REPLICA"};
    case reason::queue_full:
      return {503, "QUEUE_FULL"};
    case reason::queue_timeout:
      return {503, "QUEUE_TIMEOUT"};
    case reason::overloaded:
      return {503, "OVERLOADED"};
    case reason::auth_busy:
      return {503, "AUTH_BUSY"};
    case reason::draining:
      return {503, "DRAINING"};
    case reason::upstream_timeout:
      return {504, "UPSTREAM_TIMEOUT"};
    case reason::version_not_supported:
      return {505, "VERSION_NOT_SUPPORTED"};
  }
  return {500, "UNKNOWN"};
}

}  // namespace

std::string_view word(reason value) noexcept {
  return describe(value).word;
}

unsigned status_of(reason value) noexcept {
  return describe(value).status;
}

std::string_view status_text(unsigned status) noexcept {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

std::string_view word(fault value) noexcept {
  switch (value) {
    case fault::malformed:
      return "malformed";
    case fault::framing:
      return "framing";
    case fault::host:
      return "host";
    case fault::target:
      return "target";
    case fault::version:
      return "version";
    case fault::expectation:
      return "expectation";
    case fault::too_large:
      return "too_large";
    case fault::timeout:
      return "timeout";
    case fault::overloaded:
      return "overloaded";
  }
  return "";
}

}  // namespace modelgate::http
