#include "control/domain/replica_url.hpp"

#include "modelgate/net/endpoint.hpp"

#include <algorithm>
#include <charconv>

namespace modelgate::control::domain {
namespace {

constexpr std::size_t longest_name = 253;
constexpr std::size_t longest_label = 63;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_label(std::string_view label) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_'; };
  return !label.empty() && label.size() <= longest_label && label.front() != '-' && label.back() != '-'
         && std::all_of(label.begin(), label.end(), fits);
}

/// A last label that is a number makes a resolver take the whole for an address, whatever spelling of one it is.
bool ends_in_number(std::string_view name) {
  const std::string_view last = name.substr(name.rfind('.') + 1);
  return last.starts_with("0x") || std::all_of(last.begin(), last.end(), is_digit);
}

bool is_dns_name(std::string_view name) {
  if (name.empty() || name.size() > longest_name) return false;
  for (std::string_view rest = name;;) {
    const std::size_t dot = rest.find('.');
    if (!is_label(rest.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    rest.remove_prefix(dot + 1);
  }
}

/// The address in the spelling that every part of the program uses; empty when it is none.
std::string literal(std::string_view host) {
  if (host.find('%') != std::string_view::npos) return {};  // a zone means something on one machine only
  const auto parsed = net::parse_endpoint(std::string{host} + ":1");
  return parsed ? unmapped(parsed->host) : std::string{};
}

}  // namespace

std::string unmapped(std::string address) {
  constexpr std::string_view prefix = "::ffff:";
  const bool mapped = address.starts_with(prefix) && address.find('.') != std::string::npos;
  return mapped ? address.substr(prefix.size()) : address;
}

result<replica_url, std::string> parse_replica_url(std::string_view text) {
  const auto wrong = [](const char* what) {
    return result<replica_url, std::string>{boost::system::in_place_error, what};
  };
  const std::size_t scheme_end = text.find("://");
  std::string scheme{text.substr(0, scheme_end == std::string_view::npos ? 0 : scheme_end)};
  std::transform(scheme.begin(), scheme.end(), scheme.begin(), lower);
  if (scheme != "http" && scheme != "https") return wrong("must start with http:// or https://");

  const std::string_view rest = text.substr(scheme_end + 3);
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, end);
  const std::string_view tail = rest.substr(end);
  if (authority.find('@') != std::string_view::npos) return wrong("must not name a user or a password");
  if (tail.find('?') != std::string_view::npos) return wrong("must not have a query");
  if (tail.find('#') != std::string_view::npos) return wrong("must not have a fragment");
  if (!tail.empty() && tail != "/") return wrong("must not have a path: requests go to the path that they ask for");

  replica_url url;
  url.uses_tls = scheme == "https";
  if (url.uses_tls) url.port = 443;
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) return wrong("has no \"]\" after its IPv6 address");
  if (const std::size_t colon = authority.find(':', bracket); colon != std::string_view::npos) {
    const std::string_view port = authority.substr(colon + 1);
    const auto [stopped, problem] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    const bool is_number = problem == std::errc{} && stopped == port.data() + port.size() && port.size() <= 5;
    if (!is_number || url.port == 0) return wrong("has a port that is no number from 1 to 65535");
    authority = authority.substr(0, colon);
  }
  url.host.resize(authority.size());
  std::transform(authority.begin(), authority.end(), url.host.begin(), lower);
  if (std::string address = literal(url.host); !address.empty()) {
    url.host = std::move(address);
    url.is_literal = true;
    return url;
  }
  if (!is_dns_name(url.host) || ends_in_number(url.host)) {
    return wrong("has a host that is neither an IP address nor a DNS name");
  }
  return url;
}

}  // namespace modelgate::control::domain
