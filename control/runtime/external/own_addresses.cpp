#include "control/runtime/external/own_addresses.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <memory>

namespace modelgate::control::runtime::external {
namespace {

bool is_wildcard(const std::string& host) {
  return host == "0.0.0.0" || host == "::";
}

}  // namespace

bool is_own_address(const net::endpoint& target, const std::vector<net::endpoint>& listeners,
                    const std::vector<std::string>& local) {
  const bool is_here = target.host.starts_with("127.") || target.host == "::1" || is_wildcard(target.host)
                       || std::find(local.begin(), local.end(), target.host) != local.end();
  return std::any_of(listeners.begin(), listeners.end(), [&](const net::endpoint& listener) {
    return listener.port == target.port && (listener.host == target.host || (is_here && is_wildcard(listener.host)));
  });
}

std::vector<std::string> local_addresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner{first, &::freeifaddrs};
  std::vector<std::string> found;
  for (const ifaddrs* each = first; each != nullptr; each = each->ifa_next) {
    char text[INET6_ADDRSTRLEN] = {};
    if (each->ifa_addr == nullptr) continue;
    const void* address = nullptr;
    if (each->ifa_addr->sa_family == AF_INET) {
      address = &reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr;
    } else if (each->ifa_addr->sa_family == AF_INET6) {
      address = &reinterpret_cast<const sockaddr_in6*>(each->ifa_addr)->sin6_addr;
    }
    if (address != nullptr && ::inet_ntop(each->ifa_addr->sa_family, address, text, sizeof text) != nullptr) {
      found.emplace_back(text);
    }
  }
  return found;
}

}  // namespace modelgate::control::runtime::external
