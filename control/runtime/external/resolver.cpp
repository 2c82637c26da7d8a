#include "control/runtime/external/resolver.hpp"

#include "control/domain/replica_url.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <memory>

namespace modelgate::control::runtime::external {
namespace {

/// The resolver's own patience is half a minute and more, and a call that waits cannot be ended; so that nobody has to
/// wait for it at shutdown, this thread's is made short.
void limit_patience() {
  thread_local const bool done = [] {
    if (::res_init() != 0) return false;
    _res.retrans = 2;
    _res.retry = 1;
    return true;
  }();
  static_cast<void>(done);
}

}  // namespace

result<std::vector<std::string>, std::string> resolve_by_system(const std::string& host) {
  using answer = result<std::vector<std::string>, std::string>;
  limit_patience();
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* first = nullptr;
  if (const int problem = ::getaddrinfo(host.c_str(), nullptr, &hints, &first); problem != 0) {
    return answer{boost::system::in_place_error, ::gai_strerror(problem)};
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{first, &::freeaddrinfo};
  std::vector<std::string> found;
  for (const addrinfo* each = first; each != nullptr; each = each->ai_next) {
    char text[INET6_ADDRSTRLEN] = {};
    const void* address = each->ai_family == AF_INET
                              ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(each->ai_addr)->sin_addr)
                              : &reinterpret_cast<const sockaddr_in6*>(each->ai_addr)->sin6_addr;
    if (::inet_ntop(each->ai_family, address, text, sizeof text) != nullptr) found.push_back(domain::unmapped(text));
  }
  std::sort(found.begin(), found.end());  // servers answer in any order; a replica keeps its place
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return answer{boost::system::in_place_value, std::move(found)};
}

}  // namespace modelgate::control::runtime::external
