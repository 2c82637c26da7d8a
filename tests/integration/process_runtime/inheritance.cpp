#include "tests/integration/process_runtime/runtime_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>

namespace modelgate::tests {
namespace {

using control::domain::replica_phase;

BOOST_FIXTURE_TEST_SUITE(inheritance, runtime_fixture)

BOOST_AUTO_TEST_CASE(finds_what_a_killed_modelgate_left_running_and_can_end_it) {
  const auto pid_file = shared() / "child";
  start_and_crash(*this, spec_of(0, {{"STUBBORN", pid_file}}));
  const pid_t child = read_pid(pid_file);
  BOOST_TEST_REQUIRE(is_alive(child));

  driver runtime{settings()};
  const auto replica = find(runtime, "deploy-iris-r1-0");
  BOOST_TEST_REQUIRE(replica.has_value());
  BOOST_TEST(replica->inherited);
  BOOST_TEST((replica->phase == replica_phase::ready));
  BOOST_TEST(replica->model_image == "test/model:1");
  BOOST_TEST(ask(runtime, "deploy-iris-r1-0", "/run?print('still%20logged',flush=True)") == "");
  BOOST_TEST(eventually(
      [&] { return read_text(data() / "replicas/deploy-iris-r1-0/log").find("still logged") != std::string::npos; }));

  const auto pid = static_cast<pid_t>(std::stol(ask(runtime, "deploy-iris-r1-0", "/run?out=os.getpid()")));
  runtime.stop("deploy-iris-r1-0");
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  BOOST_TEST(!is_alive(child));
  BOOST_TEST(!is_alive(pid));
  BOOST_TEST(find(runtime, "deploy-iris-r1-0")->reason.find("how is unknown") != std::string::npos);

  BOOST_TEST_REQUIRE(runtime.start(spec_of(0)).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
  BOOST_TEST(!find(runtime, "deploy-iris-r1-0")->inherited);
}

BOOST_AUTO_TEST_CASE(notices_the_end_of_an_inherited_replica) {
  start_and_crash(*this, spec_of(0));
  driver runtime{settings()};
  static_cast<void>(ask(runtime, "deploy-iris-r1-0", "/run?os._exit(4)"));
  BOOST_TEST(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
}

BOOST_AUTO_TEST_CASE(ends_the_followers_of_a_replica_that_ended_meanwhile) {
  const auto pid_file = shared() / "child";
  start_and_crash(*this, spec_of(0, {{"STUBBORN", pid_file}}));
  const pid_t child = read_pid(pid_file);
  const pid_t pid = recorded_pid(*this, "deploy-iris-r1-0");
  ::kill(pid, SIGKILL);
  BOOST_TEST_REQUIRE(eventually([&] { return !is_alive(pid); }));

  driver runtime{settings()};
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  BOOST_TEST(!is_alive(child));
  const auto replica = find(runtime, "deploy-iris-r1-0");
  BOOST_TEST(!replica->inherited);
  BOOST_TEST(replica->failures == 0);
  BOOST_TEST(replica->reason == "ended while modelgate was not running");
}

BOOST_AUTO_TEST_CASE(ends_processes_that_no_record_knows) {
  const auto pid_file = shared() / "child";
  start_and_crash(*this, spec_of(0, {{"STUBBORN", pid_file}}));
  const pid_t child = read_pid(pid_file);
  std::filesystem::remove(data() / "replicas/deploy-iris-r1-0/replica.json");
  const driver runtime{settings()};
  BOOST_TEST(!is_alive(child));
  BOOST_TEST(runtime.observe().empty());
}

BOOST_AUTO_TEST_CASE(leaves_the_replicas_of_another_data_folder_alone) {
  driver runtime{settings()};
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0)).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
  auto copied = settings();
  copied.data_folder = data().parent_path() / "copy";
  std::filesystem::create_directory(copied.data_folder);
  std::filesystem::copy_file(data() / "instance-id", copied.data_folder / "instance-id");
  {
    const driver other{copied};
    BOOST_TEST(other.observe().empty());
  }
  BOOST_TEST(ask(runtime, "deploy-iris-r1-0", "/run?out=1") == "1");
}

BOOST_AUTO_TEST_CASE(refuses_a_data_folder_that_is_in_use) {
  const driver runtime{settings()};
  BOOST_CHECK_EXCEPTION(driver{settings()}, std::runtime_error, [](const std::runtime_error& problem) {
    return std::string{problem.what()}.find("Another modelgate is using the data folder") == 0;
  });
}

BOOST_AUTO_TEST_CASE(forgets_what_was_stopped_in_order) {
  {
    driver runtime{settings()};
    BOOST_TEST_REQUIRE(runtime.start(spec_of(0)).has_value());
    BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
  }
  const driver runtime{settings()};
  BOOST_TEST(runtime.observe().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
