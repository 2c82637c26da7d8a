#include "control/runtime/external/resolver.hpp"

#include "control/domain/replica_url.hpp"

#include "modelgate/base/clock.hpp"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace modelgate::control::runtime::external {
namespace {

constexpr std::chrono::minutes pause_after_silence{1};

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

void close_resolver(res_state state) noexcept {
  ::res_nclose(state);
}

/// The shortest TTL in an answer; none in one that cannot be read.
std::optional<std::uint32_t> shortest_ttl(const unsigned char* answer, int size) {
  ns_msg message{};
  if (::ns_initparse(answer, size, &message) != 0) return std::nullopt;
  std::optional<std::uint32_t> least;
  for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
    ns_rr record{};
    if (::ns_parserr(&message, ns_s_an, i, &record) != 0) break;
    least = std::min(least.value_or(ns_rr_ttl(record)), ns_rr_ttl(record));
  }
  return least;
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

ttl_answer time_to_live(const std::string& name, const std::vector<record_type>& types,
                        const std::optional<net::endpoint>& server) {
  std::remove_pointer_t<res_state> own{};
  if (::res_ninit(&own) != 0) return {};
  const std::unique_ptr<std::remove_pointer_t<res_state>, decltype(&close_resolver)> closer{&own, &close_resolver};
  own.retrans = 1;
  own.retry = 1;
  own.nscount = std::min(own.nscount, 1);
  own.options |= RES_IGNTC;  // what does not fit is not asked for over TCP, which has no deadline
  if (server) {
    own.nscount = 1;
    own.nsaddr_list[0].sin_family = AF_INET;
    own.nsaddr_list[0].sin_port = htons(server->port);
    if (::inet_pton(AF_INET, server->host.c_str(), &own.nsaddr_list[0].sin_addr) != 1) return {};
  }
  std::optional<std::uint32_t> least;
  for (const record_type type : types) {
    std::array<unsigned char, 4'096> answer{};
    const int size = ::res_nquery(&own, name.c_str(), ns_c_in, type == record_type::a ? ns_t_a : ns_t_aaaa,
                                  answer.data(), static_cast<int>(answer.size()));
    if (size <= 0 && own.res_h_errno == TRY_AGAIN) return {std::nullopt, true};
    if (size <= 0) continue;
    const auto found = shortest_ttl(answer.data(), std::min(size, static_cast<int>(answer.size())));
    if (found) least = std::min(least.value_or(*found), *found);
  }
  if (!least) return {};
  return {std::chrono::seconds{*least}, false};
}

resolution_result resolve_with_ttl(const std::string& host) {
  static std::atomic<steady_time> ask_again{steady_time{}};
  auto found = resolve_by_system(host);
  if (!found) return {boost::system::in_place_error, std::move(found).error()};
  // No name server is to be asked about those. Source: RFC 6761 section 6.3.
  const bool is_of_this_machine = host == "localhost" || host.ends_with(".localhost");
  if (is_of_this_machine || steady_clock::now() < ask_again.load()) return resolution{std::move(*found), std::nullopt};
  std::vector<record_type> types;
  const auto is_v6 = [](const std::string& address) { return address.find(':') != std::string::npos; };
  if (!std::all_of(found->begin(), found->end(), is_v6)) types.push_back(record_type::a);
  if (std::any_of(found->begin(), found->end(), is_v6)) types.push_back(record_type::aaaa);
  const ttl_answer told = time_to_live(host, types);
  if (told.is_silent) ask_again = steady_clock::now() + pause_after_silence;
  return resolution{std::move(*found), told.ttl};
}

}  // namespace modelgate::control::runtime::external
