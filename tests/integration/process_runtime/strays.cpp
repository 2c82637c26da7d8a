// Processes of a replica that left its session, gave up their parents and emptied their environment.
#include "tests/integration/process_runtime/runtime_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace modelgate::tests {
namespace {

using control::domain::replica_phase;

/// The ways in which model.py leaves something behind.
const char* const ways[] = {"HIDDEN", "THREAD"};

struct stray_fixture : runtime_fixture {
  control::runtime::replica_spec leaving_one(const std::string& way, std::uint32_t index = 0) const {
    return spec_of(index, {{way, stray_file(index)}});
  }
  std::filesystem::path stray_file(std::uint32_t index = 0) const {
    return shared() / ("stray" + std::to_string(index));
  }
  pid_t stray(std::uint32_t index = 0) const { return read_pid(stray_file(index)); }

  void start(driver& runtime, const control::runtime::replica_spec& spec) const {
    BOOST_TEST_REQUIRE(runtime.start(spec).has_value());
    BOOST_TEST_REQUIRE(reaches(runtime, spec.name, replica_phase::ready));
    BOOST_TEST_REQUIRE(is_alive(stray(spec.index)));
  }

  ~stray_fixture() {  // of a test that failed
    for (const std::uint32_t index : {0U, 1U}) {
      if (const pid_t left = stray(index); left > 1 && is_alive(left)) ::kill(left, SIGKILL);
    }
  }
};

void become_an_ordinary_user(const runtime_fixture& fixture) {
  if (::geteuid() != 0) return;
  const passwd* nobody = ::getpwnam("nobody");
  for (const auto& folder : {fixture.data(), fixture.work()}) {
    if (::chown(folder.c_str(), nobody->pw_uid, nobody->pw_gid) != 0) ::_exit(2);
  }
  if (::setgroups(0, nullptr) != 0 || ::setgid(nobody->pw_gid) != 0 || ::setuid(nobody->pw_uid) != 0) ::_exit(2);
}

BOOST_FIXTURE_TEST_SUITE(strays, stray_fixture)

BOOST_DATA_TEST_CASE_F(stray_fixture, end_when_their_replica_is_stopped, ways, way) {
  driver runtime{settings()};
  start(runtime, leaving_one(way, 0));
  start(runtime, leaving_one(way, 1));
  runtime.stop("deploy-iris-r1-0");
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  BOOST_TEST(!is_alive(stray(0)));
  BOOST_TEST(is_alive(stray(1)), "that of another replica goes on");
}

BOOST_DATA_TEST_CASE_F(stray_fixture, end_when_their_replica_crashes, ways, way) {
  driver runtime{settings()};
  start(runtime, leaving_one(way));
  static_cast<void>(ask(runtime, "deploy-iris-r1-0", "/run?os._exit(4)"));
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  BOOST_TEST(!is_alive(stray()));
}

BOOST_DATA_TEST_CASE_F(stray_fixture, end_with_the_driver, ways, way) {
  {
    driver runtime{settings()};
    start(runtime, leaving_one(way));
  }
  BOOST_TEST(!is_alive(stray()));
}

BOOST_DATA_TEST_CASE_F(stray_fixture, end_when_a_later_modelgate_stops_their_replica, ways, way) {
  start_and_crash(*this, leaving_one(way));
  BOOST_TEST_REQUIRE(is_alive(stray()));
  driver runtime{settings()};
  runtime.stop("deploy-iris-r1-0");
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  BOOST_TEST(!is_alive(stray()));
}

BOOST_DATA_TEST_CASE_F(stray_fixture, end_when_their_replica_ended_while_no_modelgate_ran, ways, way) {
  start_and_crash(*this, leaving_one(way));
  const pid_t leader = recorded_pid(*this, "deploy-iris-r1-0");
  ::kill(leader, SIGKILL);
  BOOST_TEST_REQUIRE(eventually([&] { return !is_alive(leader); }));
  BOOST_TEST_REQUIRE(is_alive(stray()));
  driver runtime{settings()};
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  BOOST_TEST(!is_alive(stray()));
}

BOOST_DATA_TEST_CASE_F(stray_fixture, end_when_no_record_knows_their_replica, ways, way) {
  start_and_crash(*this, leaving_one(way));
  std::filesystem::remove(data() / "replicas/deploy-iris-r1-0/replica.json");
  BOOST_TEST_REQUIRE(is_alive(stray()));
  const driver runtime{settings()};
  BOOST_TEST(!is_alive(stray()));
}

BOOST_AUTO_TEST_CASE(cannot_run_away_from_being_looked_for) {
  const auto fifo = shared() / "fifo";
  BOOST_TEST_REQUIRE(::mkfifo(fifo.c_str(), 0666) == 0);
  std::filesystem::permissions(fifo, std::filesystem::perms{0666});
  pollfd held{::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC), 0, 0};
  driver runtime{settings()};
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0, {{"WANDERER", fifo}})).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
  BOOST_TEST_REQUIRE(::poll(&held, 1, 0) == 0, "somebody holds it");
  static_cast<void>(ask(runtime, "deploy-iris-r1-0", "/run?os._exit(4)"));
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  BOOST_TEST(::poll(&held, 1, 0) == 1);
  BOOST_TEST(held.revents == POLLHUP);
  ::close(held.fd);
}

BOOST_DATA_TEST_CASE_F(stray_fixture, cannot_shed_the_mark_before_they_hide, ways, way) {
  driver runtime{settings()};
  const std::string lower = "import resource; resource.setrlimit(10, (0, 0))";  // RLIMIT_LOCKS
  start(runtime, spec_of(0, {{"START", lower}, {way, stray_file()}}));
  runtime.stop("deploy-iris-r1-0");
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  BOOST_TEST(!is_alive(stray()));
}

BOOST_AUTO_TEST_CASE(may_change_and_read_every_other_limit) {
  driver runtime{settings()};
  const std::string check =
      "import resource; before = resource.getrlimit(10); resource.setrlimit(10, (5, 5)); "
      "assert resource.getrlimit(10) == before; resource.prlimit(0, 10, (6, 6)); assert resource.prlimit(0, 10) == "
      "before; "
      "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)); assert resource.getrlimit(resource.RLIMIT_NOFILE) == (64, "
      "64)";
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0, {{"START", check}})).has_value());
  BOOST_TEST(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
}

BOOST_DATA_TEST_CASE_F(stray_fixture, end_when_modelgate_is_an_ordinary_user, ways, way) {
  const pid_t child = ::fork();
  if (child == 0) {
    become_an_ordinary_user(*this);
    driver runtime{settings()};
    const auto spec = leaving_one(way);
    if (!runtime.start(spec) || !reaches(runtime, spec.name, replica_phase::ready)) ::_exit(3);
    runtime.stop(spec.name);
    ::_exit(reaches(runtime, spec.name, replica_phase::exited) ? 0 : 4);
  }
  int status = 0;
  BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_TEST((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  BOOST_TEST_REQUIRE(stray() > 1);
  BOOST_TEST(!is_alive(stray()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
