// A name server of the test's own, on a real socket: what it says of how long a name holds.
#include "control/runtime/external/resolver.hpp"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <boost/test/unit_test.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace modelgate::control::runtime::external {
namespace {

using std::chrono::seconds;

std::string number(std::uint32_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = bytes; i > 0; --i) text.push_back(static_cast<char>(value >> (8 * (i - 1))));
  return text;
}

struct dns_record {
  std::uint16_t type;
  std::uint32_t ttl;
  std::string data;
};

/// Answers each question about an A record with the same records, and others with none, until it ends. `cut`: bytes that
/// are missing at the end; -1: it says nothing at all.
class name_server {
 public:
  explicit name_server(std::vector<dns_record> records, int cut = 0) : records_{std::move(records)}, cut_{cut} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    socklen_t size = sizeof address;
    BOOST_REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    at_ = {"127.0.0.1", ntohs(address.sin_port)};
    thread_ = std::thread{[this] { serve(); }};
  }
  ~name_server() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  name_server(const name_server&) = delete;
  name_server& operator=(const name_server&) = delete;

  [[nodiscard]] const net::endpoint& at() const { return at_; }

 private:
  void serve() {
    std::array<char, 512> question{};
    for (;;) {
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t count =
          ::recvfrom(socket_, question.data(), question.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (count <= NS_HFIXEDSZ) return;  // it ends
      if (cut_ < 0) continue;
      const std::string said = answer({question.data(), static_cast<std::size_t>(count)});
      ::sendto(socket_, said.data(), said.size(), 0, reinterpret_cast<const sockaddr*>(&from), size);
    }
  }

  [[nodiscard]] std::string answer(std::string_view question) const {
    const std::size_t end_of_name = question.find('\0', NS_HFIXEDSZ);
    const std::string_view asked = question.substr(NS_HFIXEDSZ, end_of_name + 5 - NS_HFIXEDSZ);
    const bool is_a = asked[asked.size() - 3] == ns_t_a;
    std::string said{question.substr(0, 2)};  // its number
    said += number(0x8180, 2) + number(1, 2);
    said += number(is_a ? static_cast<std::uint32_t>(records_.size()) : 0, 2) + number(0, 4);
    said += asked;
    for (const dns_record& each : records_) {
      if (!is_a) break;
      said += number(0xc00c, 2);  // of the name in the question
      said += number(each.type, 2) + number(ns_c_in, 2) + number(each.ttl, 4);
      said += number(static_cast<std::uint32_t>(each.data.size()), 2) + each.data;
    }
    return said.substr(0, said.size() - static_cast<std::size_t>(is_a ? cut_ : 0));
  }

  const std::vector<dns_record> records_;
  const int cut_;
  const int socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  net::endpoint at_;
  std::thread thread_;
};

const std::string somewhere{"\x0a\x00\x00\x01", 4};

BOOST_AUTO_TEST_SUITE(resolver)

BOOST_AUTO_TEST_CASE(the_shortest_ttl_of_all_records_counts) {
  const name_server server{{{ns_t_a, 300, somewhere}, {ns_t_a, 7, somewhere}, {ns_t_a, 60, somewhere}}};
  for (const std::vector<record_type>& types : {std::vector{record_type::a}, {record_type::a, record_type::aaaa}}) {
    const ttl_answer told = time_to_live("models.lan", types, server.at());
    BOOST_REQUIRE(told.ttl.has_value());
    BOOST_TEST(told.ttl->count() == 7);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_without_records_tells_of_none) {
  const name_server server{{{ns_t_a, 300, somewhere}}};
  const ttl_answer told = time_to_live("models.lan", {record_type::aaaa}, server.at());
  BOOST_TEST(!told.ttl.has_value());
  BOOST_TEST(!told.is_silent);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_cut_off_tells_of_none) {
  const name_server server{{{ns_t_a, 300, somewhere}, {ns_t_a, 5, somewhere}}, 3};
  BOOST_TEST(!time_to_live("models.lan", {record_type::a}, server.at()).ttl.has_value());
}

BOOST_AUTO_TEST_CASE(a_server_that_says_nothing_is_silent_soon) {
  const name_server server{{}, -1};
  const auto begin = std::chrono::steady_clock::now();
  BOOST_TEST(time_to_live("models.lan", {record_type::a, record_type::aaaa}, server.at()).is_silent);
  BOOST_TEST((std::chrono::steady_clock::now() - begin < seconds{5}));  // with the time that a busy machine takes
}

BOOST_AUTO_TEST_CASE(a_name_of_the_machine_itself_has_no_ttl) {
  const resolution_result found = resolve_with_ttl("localhost");
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(!found->addresses.empty());
  BOOST_TEST(!found->ttl.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::runtime::external
