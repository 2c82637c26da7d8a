// A replica may listen on the path in MODELGATE_SOCKET instead of at its port.
#include "tests/integration/process_runtime/runtime_fixture.hpp"

#include "modelgate/http_io/client.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>

namespace modelgate::tests {
namespace {

using control::domain::replica_phase;
namespace fs = std::filesystem;

struct fixture : runtime_fixture {
  const std::string name = "deploy-iris-r1-0";
  const control::runtime::replica_spec on_socket = spec_of(0, {{"LISTEN", "socket"}});
};

/// Somebody else's server at a path, as this user.
class listening_socket {
 public:
  explicit listening_socket(const fs::path& path) : socket_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    BOOST_TEST_REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    BOOST_TEST_REQUIRE(::listen(socket_, 8) == 0);
  }
  ~listening_socket() { ::close(socket_); }
  listening_socket(const listening_socket&) = delete;
  listening_socket& operator=(const listening_socket&) = delete;

 private:
  int socket_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sockets, fixture)

BOOST_AUTO_TEST_CASE(a_replica_that_listens_there_is_ready_there) {
  driver runtime{settings()};
  BOOST_TEST_REQUIRE(runtime.start(on_socket).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, name, replica_phase::ready));
  const auto replica = find(runtime, name);
  BOOST_TEST_REQUIRE(replica->address.has_value());
  BOOST_TEST(replica->address->is_unix());
  BOOST_TEST((replica->address->user.has_value()));
  BOOST_TEST(net::to_string(*replica->address).starts_with("unix:/"));
  BOOST_TEST(ask(runtime, name, "/run?out%20%3D%20'here'") == "here");
}

BOOST_AUTO_TEST_CASE(one_that_does_not_is_ready_at_its_port) {
  driver runtime{settings()};
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0)).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, name, replica_phase::ready));
  BOOST_TEST(!find(runtime, name)->address->is_unix());
  BOOST_TEST(ask(runtime, name, "/environ").find("\"MODELGATE_SOCKET\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_next_instance_finds_the_path_free) {
  driver runtime{settings()};
  BOOST_TEST_REQUIRE(runtime.start(on_socket).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, name, replica_phase::ready));
  ::kill(recorded_pid(*this, name), SIGKILL);
  BOOST_TEST_REQUIRE(reaches(runtime, name, replica_phase::exited));
  BOOST_TEST_REQUIRE(runtime.start(on_socket).has_value());
  BOOST_TEST(reaches(runtime, name, replica_phase::ready));
}

BOOST_AUTO_TEST_CASE(a_later_modelgate_finds_it_there) {
  start_and_crash(*this, on_socket);
  driver runtime{settings()};
  BOOST_TEST_REQUIRE(eventually([&] {
    const auto found = find(runtime, name);
    return found && found->phase == replica_phase::ready && found->answers;
  }));
  BOOST_TEST(find(runtime, name)->address->is_unix());
  BOOST_TEST(ask(runtime, name, "/run?out%20%3D%20'still'") == "still");
}

/// The replica's user may write where its socket is: a link there must lead to nobody else's server.
BOOST_AUTO_TEST_CASE(nobody_elses_server_is_taken_for_a_replica) {
  if (::geteuid() != 0) {
    BOOST_TEST_MESSAGE("replicas have the user of this test, who may do to himself what he likes");
    return;
  }
  driver runtime{settings()};
  BOOST_TEST_REQUIRE(runtime.start(on_socket).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, name, replica_phase::ready));
  const auto address = find(runtime, name)->address;
  const fs::path others = shared() / "other.sock";
  const listening_socket other{others};
  fs::permissions(others, fs::perms::all);
  fs::remove(address->host);
  fs::create_symlink(others, address->host);
  BOOST_TEST(ask(runtime, name, "/health").empty());
  BOOST_TEST(reaches(runtime, name, replica_phase::unready));
}

BOOST_AUTO_TEST_CASE(a_path_that_would_be_too_long_is_not_offered) {
  config::settings far = settings();
  far.process_runtime.work_folder = work() / std::string(100, 'x');
  fs::create_directories(far.process_runtime.work_folder);
  driver runtime{far};
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0)).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, name, replica_phase::ready));
  const std::string environment = ask(runtime, name, "/environ");
  BOOST_TEST(environment.find("MODELGATE_REPLICA") != std::string::npos);
  BOOST_TEST(environment.find("MODELGATE_SOCKET") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::tests
