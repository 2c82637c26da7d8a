#include "tests/integration/process_runtime/runtime_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <optional>

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
  BOOST_TEST_REQUIRE(replica->inherited != nullptr);
  BOOST_TEST(replica->inherited->model_image == "test/model:1");
  BOOST_TEST(replica->inherited->env.size() == 1);
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
  BOOST_TEST(find(runtime, "deploy-iris-r1-0")->inherited == nullptr);
}

BOOST_AUTO_TEST_CASE(a_replica_serves_on_as_it_is_and_is_trusted_anew_with_its_first_answer) {
  start_and_crash(*this, spec_of(0));
  const pid_t pid = recorded_pid(*this, "deploy-iris-r1-0");
  driver runtime{settings()};
  BOOST_TEST(eventually([&] { return find(runtime, "deploy-iris-r1-0")->answers; }));
  const auto replica = find(runtime, "deploy-iris-r1-0");
  BOOST_TEST((replica->phase == replica_phase::ready));
  BOOST_TEST(replica->restarts == 0);
  BOOST_TEST(recorded_pid(*this, "deploy-iris-r1-0") == pid);
  BOOST_TEST(ask(runtime, "deploy-iris-r1-0", "/run?out=os.getpid()") == std::to_string(pid));
}

BOOST_AUTO_TEST_CASE(one_that_answers_no_more_is_not_trusted) {
  start_and_crash(*this, spec_of(0));
  const pid_t pid = recorded_pid(*this, "deploy-iris-r1-0");
  ::kill(pid, SIGSTOP);
  auto hasty = settings();
  hasty.process_runtime.probe_timeout = std::chrono::milliseconds{100};
  driver runtime{hasty};
  BOOST_TEST((find(runtime, "deploy-iris-r1-0")->phase == replica_phase::ready));
  BOOST_TEST(!find(runtime, "deploy-iris-r1-0")->answers);
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::unready));
  BOOST_TEST(!find(runtime, "deploy-iris-r1-0")->answers);
  runtime.stop("deploy-iris-r1-0");
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  BOOST_TEST(!is_alive(pid));
}

BOOST_AUTO_TEST_CASE(what_is_printed_while_no_modelgate_runs_is_not_lost) {
  const auto go = shared() / "go";
  const std::string later = "threading.Thread(target=lambda: ([time.sleep(0.01) for _ in iter(lambda: os.path.exists('"
                            + go.string()
                            + "'), True)], [print('line', i, flush=True) for i in range(20000)]), daemon=True).start()";
  start_and_crash(*this, spec_of(0, {{"START", later}}));
  std::ofstream{go} << "now";
  const pid_t pid = recorded_pid(*this, "deploy-iris-r1-0");
  driver runtime{settings()};
  const auto log = [&] { return read_text(data() / "replicas/deploy-iris-r1-0/log"); };
  BOOST_TEST_REQUIRE(eventually([&] { return log().find(" line 19999\n") != std::string::npos; }));
  const std::string text = log();
  std::size_t at = 0;
  for (int i = 0; i < 20'000; ++i) {
    at = text.find(" F line " + std::to_string(i) + "\n", at);
    BOOST_TEST_REQUIRE(at != std::string::npos, "line " << i);
  }
  BOOST_TEST(is_alive(pid));
}

BOOST_AUTO_TEST_CASE(replicas_that_were_let_go_run_on_and_can_be_taken_back) {
  driver runtime{settings()};
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0)).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
  const pid_t pid = recorded_pid(*this, "deploy-iris-r1-0");
  runtime.let_go();
  BOOST_TEST(is_alive(pid));
  BOOST_TEST(!runtime.start(spec_of(1)).has_value());
  runtime.stop("deploy-iris-r1-0");  // not this driver's business now
  BOOST_TEST(is_alive(pid));
  runtime.take_back();
  BOOST_TEST(eventually([&] { return find(runtime, "deploy-iris-r1-0")->answers; }));
  BOOST_TEST(recorded_pid(*this, "deploy-iris-r1-0") == pid);
  static_cast<void>(ask(runtime, "deploy-iris-r1-0", "/run?os._exit(4)"));
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  BOOST_TEST(find(runtime, "deploy-iris-r1-0")->reason.find("exited with code 4") == 0, "it was a child all the time");
  BOOST_TEST(zombies() == 0);
}

BOOST_AUTO_TEST_CASE(another_driver_takes_over_with_the_lock_and_loses_nothing_of_the_log) {
  std::optional<driver> earlier{settings()};
  BOOST_TEST_REQUIRE(earlier->start(spec_of(0)).has_value());
  BOOST_TEST_REQUIRE(reaches(*earlier, "deploy-iris-r1-0", replica_phase::ready));
  const pid_t pid = recorded_pid(*this, "deploy-iris-r1-0");
  static_cast<void>(ask(*earlier, "deploy-iris-r1-0", "/run?print('torn',end='',flush=True)"));
  static_cast<void>(ask(*earlier, "deploy-iris-r1-0", "/run?print('marker',file=sys.stderr,flush=True)"));
  const auto log = [&] { return read_text(data() / "replicas/deploy-iris-r1-0/log"); };
  BOOST_TEST_REQUIRE(eventually([&] { return log().find("marker") != std::string::npos; }));
  earlier->let_go();
  { const driver fails{settings(), ::dup(earlier->lock_descriptor())}; }
  BOOST_TEST(is_alive(pid), "one that was never confirmed ends nothing");
  driver later{settings(), ::dup(earlier->lock_descriptor())};
  later.confirm();
  earlier.reset();
  BOOST_TEST(is_alive(pid));
  BOOST_CHECK_THROW(driver{settings()}, std::runtime_error);
  BOOST_TEST(ask(later, "deploy-iris-r1-0", "/run?print('%20apart',flush=True)") == "");
  BOOST_TEST(eventually([&] { return log().find(" stdout F  apart\n") != std::string::npos; }));
  BOOST_TEST(log().find(" stdout P torn\n") != std::string::npos, "in pieces, as a line that is too long");
}

BOOST_AUTO_TEST_CASE(a_lock_of_another_folder_is_refused) {
  const driver runtime{settings()};
  auto other = settings();
  other.data_folder = data().parent_path() / "other";
  BOOST_CHECK_THROW((driver{other, ::dup(runtime.lock_descriptor())}), std::runtime_error);
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
  BOOST_TEST(replica->inherited == nullptr);
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
