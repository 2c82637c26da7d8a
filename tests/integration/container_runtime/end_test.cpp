// The end of modelgate beside an engine that does not answer.
#include "control/runtime/container/container_driver.hpp"
#include "control/runtime/container/container_record.hpp"
#include "control/runtime/record_file.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

namespace modelgate::control::runtime::container {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds soon{10};
constexpr seconds never{600};

struct fixture {
  fixture() {
    settings.data_folder = folder.path() / "data";
    settings.docker_runtime.socket = folder.path() / "docker.sock";
    settings.docker_runtime.call_timeout = never;
    settings.docker_runtime.end_timeout = never;
    settings.docker_runtime.poll_interval = milliseconds{50};
    spec.name = "deploy-iris-r1-0";
    spec.deployment = "iris";
    spec.revision = 1;
    spec.model_image = "team/iris:1";
    fs::create_directories(replica());
  }
  ~fixture() {
    if (listener >= 0) ::close(listener);
  }

  [[nodiscard]] fs::path replica() const { return settings.data_folder / "docker" / spec.name; }
  /// Connections are taken, and nothing is ever said.
  void listen() {
    listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, settings.docker_runtime.socket.c_str(), sizeof address.sun_path - 1);
    BOOST_TEST_REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    BOOST_TEST_REQUIRE(::listen(listener, SOMAXCONN) == 0);
  }
  void make_driver() {
    driver.emplace(settings, config::runtime_kind::docker, "here",
                   [](const std::string&) -> result<crypto::secret, std::string> { return crypto::secret{}; });
  }
  /// Without a grace.
  steady_clock::duration end() {
    const steady_time begin = steady_clock::now();
    driver->shutdown(begin);
    return steady_clock::now() - begin;
  }

  tests::temporary_folder folder;
  config::settings settings;
  replica_spec spec;
  int listener = -1;
  std::optional<container_driver> driver;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(container_driver_end, fixture)

BOOST_AUTO_TEST_CASE(does_not_wait_for_an_engine_that_is_not_there) {
  container_record running;
  running.spec = spec;
  running.phase = domain::replica_phase::ready;
  running.since = system_clock::now();
  running.container = "abc";
  running.port = 1;
  running.health_path = "/";
  BOOST_TEST_REQUIRE(save_record(replica(), to_json(running)).has_value());
  make_driver();
  for (int i = 0; driver->read()[0].value != 0 && i < 1'000; ++i) ::poll(nullptr, 0, 10);
  BOOST_TEST((end() < soon));
  const auto left = load_record(replica());  // for the next one
  BOOST_TEST_REQUIRE(left.has_value());
  BOOST_TEST((parse_container_record(*left)->phase == domain::replica_phase::stopping));
}

BOOST_AUTO_TEST_CASE(waits_no_longer_than_it_may_for_one_that_says_nothing) {
  settings.docker_runtime.end_timeout = milliseconds{300};
  listen();
  make_driver();
  BOOST_TEST_REQUIRE(driver->start(spec).has_value());
  BOOST_TEST((end() < soon));
}

BOOST_AUTO_TEST_CASE(is_at_once_where_nothing_runs) {
  listen();
  make_driver();
  BOOST_TEST((end() < soon));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime::container
