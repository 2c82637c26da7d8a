#include "control/cli/server_address.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <boost/url/url_view.hpp>

#include <charconv>

namespace modelgate::control::cli {

outcome<server_address> parse_server_address(std::string_view text) {
  const auto refuse = [text](const std::string& why) {
    return failure{exit_code::usage, "the server's address \"" + printable(text) + "\" " + why, {}};
  };
  const auto url = boost::urls::parse_absolute_uri({text.data(), text.size()});
  if (!url || !url->has_authority() || url->encoded_host().empty()) {
    return refuse("is no address such as http://127.0.0.1:8081");
  }
  if (url->scheme() != "http" && url->scheme() != "https") return refuse("must start with http:// or https://");
  if (url->has_userinfo() || url->has_query()) return refuse("must hold host and port only");
  server_address address;
  address.uses_tls = url->scheme() == "https";
  if (address.uses_tls) address.port = 443;
  address.host = url->host_address();
  address.authority = url->encoded_host_and_port();
  if (url->has_port() && !url->port().empty()) {
    const std::string port{url->port()};
    const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (problem != std::errc{} || address.port == 0) return refuse("has no valid port");
  }
  address.prefix = url->encoded_path();
  while (address.prefix.ends_with('/')) address.prefix.pop_back();
  return address;
}

std::string encode(std::string_view text) {
  return boost::urls::encode(boost::urls::string_view{text.data(), text.size()}, boost::urls::unreserved_chars);
}

}  // namespace modelgate::control::cli
