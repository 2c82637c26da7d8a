#include "modelgate/net/endpoint.hpp"

#include "modelgate/base/errc.hpp"

#include <boost/asio/ip/address.hpp>

#include <charconv>

namespace modelgate::net {
namespace {

/// Answers an empty text when `text` is no literal of that family. Canonical, so that equal addresses compare equal.
std::string canonical_literal(std::string_view text, bool bracketed) {
  boost::system::error_code problem;
  const auto address = boost::asio::ip::make_address(std::string{text}, problem);
  if (problem || address.is_v6() != bracketed) return {};
  return address.to_string();
}

}  // namespace

result<endpoint> parse_endpoint(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  const std::size_t host_end = bracketed ? text.find(']') : text.find(':');
  if (host_end == std::string_view::npos) return make_error_code(errc::invalid_argument);
  const std::string_view host = bracketed ? text.substr(1, host_end - 1) : text.substr(0, host_end);
  const std::string_view rest = text.substr(bracketed ? host_end + 1 : host_end);
  // One to five digits: from_chars alone would take any number of leading zeros.
  if (rest.size() < 2 || rest.size() > 6 || rest.front() != ':') return make_error_code(errc::invalid_argument);

  endpoint value;
  const auto [end, problem] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), value.port);
  if (problem != std::errc{} || end != rest.data() + rest.size()) return make_error_code(errc::invalid_argument);
  value.host = canonical_literal(host, bracketed);
  if (value.host.empty()) return make_error_code(errc::invalid_argument);
  return value;
}

result<endpoint> parse_peer(std::string_view text) {
  constexpr std::string_view scheme = "unix:";
  if (!text.starts_with(scheme)) return parse_endpoint(text);
  text.remove_prefix(scheme.size());
  if (!text.starts_with('/') || text.size() > longest_socket_path || text.find('\0') != std::string_view::npos)
    return make_error_code(errc::invalid_argument);
  return endpoint{std::string{text}};
}

std::string authority_of(const endpoint& value) {
  return value.is_unix() ? "localhost" : to_string(value);
}

std::string to_string(const endpoint& value) {
  if (value.is_unix()) return "unix:" + value.host;
  const bool ipv6 = value.host.find(':') != std::string::npos;
  return (ipv6 ? "[" + value.host + "]" : value.host) + ":" + std::to_string(value.port);
}

}  // namespace modelgate::net
