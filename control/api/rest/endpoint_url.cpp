#include "control/api/rest/endpoint_url.hpp"

#include <algorithm>

namespace modelgate::control::rest {
namespace {

/// The Host field without its port. Source: RFC 9110 section 7.2, RFC 3986 section 3.2.2.
std::string_view host_of(std::string_view field) {
  if (field.starts_with('[')) return field.substr(0, field.find(']') + 1);
  return field.substr(0, field.find(':'));
}

/// Letters, digits, dots, dashes and the colons and brackets of an IPv6 literal: nothing that could change what a URL
/// means.
bool is_plain_host(std::string_view host) {
  return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-'
           || c == '_' || c == '[' || c == ']' || c == ':';
  });
}

}  // namespace

std::string endpoint_url(std::string_view public_url, std::string_view host_field, prediction_address at,
                         std::string_view deployment) {
  std::string url{public_url};
  while (url.ends_with('/')) url.pop_back();
  if (url.empty()) {
    const std::string_view host = host_of(host_field);
    url.append(at.uses_tls ? "https://" : "http://").append(is_plain_host(host) ? host : "127.0.0.1").append(":");
    url.append(std::to_string(at.port));
  }
  return url.append("/deployment/").append(deployment).append("/api/v1.0/predictions");
}

}  // namespace modelgate::control::rest
