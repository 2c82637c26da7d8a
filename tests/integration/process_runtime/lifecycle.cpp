#include "tests/integration/process_runtime/runtime_fixture.hpp"

#include <arpa/inet.h>
#include <boost/test/unit_test.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <set>

namespace modelgate::tests {
namespace {

using control::domain::replica_phase;

BOOST_FIXTURE_TEST_SUITE(process_driver, runtime_fixture)

BOOST_AUTO_TEST_CASE(starts_a_replica_and_stops_it) {
  driver runtime{settings()};
  BOOST_TEST(runtime.name() == "process");
  const auto started = runtime.start(spec_of(0));
  BOOST_TEST_REQUIRE(started.has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
  const auto replica = find(runtime, "deploy-iris-r1-0");
  BOOST_TEST(replica->deployment == "iris");
  BOOST_TEST(replica->revision == 1);
  BOOST_TEST(replica->limits == runtime.limits().limits);
  BOOST_TEST(replica->address->host == "127.0.0.1");
  BOOST_TEST(replica->reason == "");
  BOOST_TEST(replica->inherited == nullptr);

  runtime.drain("deploy-iris-r1-0");
  BOOST_TEST((find(runtime, "deploy-iris-r1-0")->phase == replica_phase::draining));
  BOOST_TEST(ask(runtime, "deploy-iris-r1-0", "/run?out=6*7") == "42");
  runtime.remove("deploy-iris-r1-0");  // it still runs: it can't be forgotten
  BOOST_TEST(find(runtime, "deploy-iris-r1-0").has_value());

  runtime.stop("deploy-iris-r1-0");
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  BOOST_TEST(find(runtime, "deploy-iris-r1-0")->failures == 0);
  BOOST_TEST(zombies() == 0);
  runtime.remove("deploy-iris-r1-0");
  BOOST_TEST(runtime.observe().empty());
}

BOOST_AUTO_TEST_CASE(starting_what_runs_is_success_and_starts_nothing) {
  driver runtime{settings()};
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0)).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
  const std::string pid = ask(runtime, "deploy-iris-r1-0", "/run?out=os.getpid()");
  BOOST_TEST(runtime.start(spec_of(0)).has_value());
  BOOST_TEST(ask(runtime, "deploy-iris-r1-0", "/run?out=os.getpid()") == pid);
}

BOOST_AUTO_TEST_CASE(is_ready_when_its_health_path_says_so_not_when_its_port_opens) {
  driver runtime{settings()};
  const auto ready_file = shared() / "ready";
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0, {{"READY_FILE", ready_file}})).has_value());
  BOOST_TEST_REQUIRE(eventually([&] {
    return find(runtime, "deploy-iris-r1-0")->reason.find("GET /health answered 503; last log line: serving")
           != std::string::npos;
  }));
  BOOST_TEST((find(runtime, "deploy-iris-r1-0")->phase == replica_phase::starting));

  std::ofstream{ready_file} << "yes";
  BOOST_TEST(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
  std::filesystem::remove(ready_file);
  BOOST_TEST(reaches(runtime, "deploy-iris-r1-0", replica_phase::unready));
  std::ofstream{ready_file} << "yes";
  BOOST_TEST(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
  BOOST_TEST(find(runtime, "deploy-iris-r1-0")->restarts == 0);
}

BOOST_AUTO_TEST_CASE(tells_how_a_replica_ended_and_starts_it_again) {
  auto unsettled = settings();
  unsettled.process_runtime.restart_backoff_max = std::chrono::milliseconds{1};
  driver runtime{unsettled};
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0, {{"START", "print('out of cheese'); sys.exit(3)"}})).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  auto replica = find(runtime, "deploy-iris-r1-0");
  BOOST_TEST(replica->reason == "exited with code 3; last log line: out of cheese");
  BOOST_TEST(replica->failures == 1);
  BOOST_TEST(replica->restarts == 0);
  BOOST_TEST(!replica->address.has_value());
  const auto unready_since = replica->unready_since;

  BOOST_TEST_REQUIRE(runtime.start(spec_of(0)).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
  replica = find(runtime, "deploy-iris-r1-0");
  BOOST_TEST(replica->restarts == 1);
  BOOST_TEST(replica->failures == 1);
  BOOST_TEST((replica->unready_since == unready_since));

  ::kill(static_cast<pid_t>(std::stol(ask(runtime, "deploy-iris-r1-0", "/run?out=os.getpid()"))), SIGKILL);
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  replica = find(runtime, "deploy-iris-r1-0");
  BOOST_TEST(replica->reason == "was ended by signal 9 (Killed); last log line: serving");
  BOOST_TEST(replica->failures == 2);
  BOOST_TEST((replica->unready_since > unready_since));
  BOOST_TEST(zombies() == 0);
}

BOOST_AUTO_TEST_CASE(says_how_it_ended_last_while_it_starts_again) {
  driver runtime{settings()};
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0, {{"START", "print('out of cheese'); sys.exit(3)"}})).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0, {{"LISTEN", "no"}})).has_value());
  BOOST_TEST(eventually([&] {
    return find(runtime, "deploy-iris-r1-0")
        ->reason.starts_with(
            "exited with code 3; last log line: out of cheese; it was started again: it is not ready yet: ");
  }));
}

BOOST_AUTO_TEST_CASE(an_end_soon_after_it_was_ready_does_not_begin_its_deadline_anew) {
  auto settling = settings();
  settling.process_runtime.restart_backoff_max = std::chrono::hours{1};
  driver runtime{settling};
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0)).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
  const auto since = find(runtime, "deploy-iris-r1-0")->unready_since;
  static_cast<void>(ask(runtime, "deploy-iris-r1-0", "/run?os._exit(4)"));
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  BOOST_TEST((find(runtime, "deploy-iris-r1-0")->unready_since == since));
}

BOOST_AUTO_TEST_CASE(forgets_earlier_failures_after_a_time_of_being_well) {
  auto quick = settings();
  quick.process_runtime.restart_backoff_max = std::chrono::milliseconds{50};
  driver runtime{quick};
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0, {{"START", "sys.exit(1)"}})).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0)).has_value());
  BOOST_TEST(eventually([&] {
    const auto replica = find(runtime, "deploy-iris-r1-0");
    return replica->phase == replica_phase::ready && replica->failures == 0;
  }));
}

BOOST_AUTO_TEST_CASE(says_why_a_replica_cannot_even_be_started) {
  write_image("test/nothing", "1", "command = [\"no-such-program\"]\n");
  write_image("test/nothing", "2", "command = [\"./missing\"]\n");
  write_image("test/nothing", "3", "command = [\"/etc/passwd\"]\n");
  driver runtime{settings()};
  const auto refusal = [&](const std::string& image) {
    auto spec = spec_of(0);
    spec.model_image = image;
    const auto started = runtime.start(spec);
    BOOST_TEST_REQUIRE(!started.has_value());
    const auto replica = find(runtime, spec.name);
    BOOST_TEST_REQUIRE(replica.has_value());
    BOOST_TEST((replica->phase == replica_phase::exited));
    BOOST_TEST(replica->reason == "could not be started: " + started.error());
    return started.error();
  };
  BOOST_TEST(refusal("test/nothing:1").find("its program \"no-such-program\" is not in /usr/local/bin") == 0);
  BOOST_TEST(refusal("test/nothing:2") == "its program \"./missing\" could not be run: No such file or directory");
  BOOST_TEST(refusal("test/nothing:3") == "its program \"/etc/passwd\" could not be run: Permission denied");
  BOOST_TEST(refusal("test/nothing:9")
             == "The image \"test/nothing:9\" is not in the catalogue; of \"test/nothing\" it has 1, 2, 3.");
  BOOST_TEST(find(runtime, "deploy-iris-r1-0")->failures == 4);
  BOOST_TEST(zombies() == 0);
  BOOST_TEST(!runtime.start({}).has_value());
}

BOOST_AUTO_TEST_CASE(ends_a_stubborn_replica_with_the_child_that_left_its_group) {
  driver runtime{settings()};
  const auto pid_file = shared() / "child";
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0, {{"STUBBORN", pid_file}})).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
  const pid_t child = read_pid(pid_file);
  const auto pid = static_cast<pid_t>(std::stol(ask(runtime, "deploy-iris-r1-0", "/run?out=os.getpid()")));
  BOOST_TEST_REQUIRE(is_alive(child));
  runtime.stop("deploy-iris-r1-0");
  BOOST_TEST((find(runtime, "deploy-iris-r1-0")->phase == replica_phase::stopping));
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  BOOST_TEST(!is_alive(child));
  BOOST_TEST(!is_alive(pid));
  BOOST_TEST(find(runtime, "deploy-iris-r1-0")->reason == "was ended by signal 9 (Killed); last log line: serving");
}

BOOST_AUTO_TEST_CASE(another_grace_holds_for_replicas_that_run) {
  config::settings patient = settings();
  patient.process_runtime.stop_grace = std::chrono::hours{1};
  driver runtime{patient};
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0, {{"STUBBORN", shared() / "child"}})).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
  runtime.reconfigure(settings());
  runtime.stop("deploy-iris-r1-0");
  BOOST_TEST(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
}

BOOST_AUTO_TEST_CASE(ends_what_a_crashed_replica_leaves_behind) {
  driver runtime{settings()};
  const auto pid_file = shared() / "child";
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0, {{"STUBBORN", pid_file}})).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
  const pid_t child = read_pid(pid_file);
  static_cast<void>(ask(runtime, "deploy-iris-r1-0", "/run?os._exit(4)"));
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  BOOST_TEST(!is_alive(child));
  BOOST_TEST(find(runtime, "deploy-iris-r1-0")->reason == "exited with code 4; last log line: serving");
}

BOOST_AUTO_TEST_CASE(gives_no_port_twice) {
  driver runtime{settings()};
  std::set<std::uint16_t> ports;
  for (std::uint32_t index = 0; index < 8; ++index) {
    BOOST_TEST_REQUIRE(runtime.start(spec_of(index, {{"LISTEN", "no"}})).has_value());
  }
  for (const auto& replica : runtime.observe()) ports.insert(replica.address->port);
  BOOST_TEST(ports.size() == 8);
}

BOOST_AUTO_TEST_CASE(tries_another_port_when_somebody_took_its_own) {
  driver runtime{settings()};
  // It waits for the file before it opens its port, which we take meanwhile.
  const auto go = shared() / "go";
  const std::string wait = "while not os.path.exists('" + go.native() + "'): time.sleep(0.01)";
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0, {{"START", wait}})).has_value());
  const auto first = find(runtime, "deploy-iris-r1-0")->address->port;
  const int taker = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(first);
  BOOST_TEST_REQUIRE(::bind(taker, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  BOOST_TEST_REQUIRE(::listen(taker, 1) == 0);
  std::ofstream{go} << "now";
  BOOST_TEST(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
  BOOST_TEST(find(runtime, "deploy-iris-r1-0")->address->port != first);
  BOOST_TEST(find(runtime, "deploy-iris-r1-0")->failures == 0);
  ::close(taker);
}

BOOST_AUTO_TEST_CASE(shutdown_leaves_nothing) {
  const auto pid_file = shared() / "child";
  driver runtime{settings()};
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0, {{"STUBBORN", pid_file}})).has_value());
  BOOST_TEST_REQUIRE(runtime.start(spec_of(1)).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
  const pid_t child = read_pid(pid_file);
  const auto pid = static_cast<pid_t>(std::stol(ask(runtime, "deploy-iris-r1-0", "/run?out=os.getpid()")));
  runtime.shutdown(steady_clock::now());
  BOOST_TEST(!is_alive(child));
  BOOST_TEST(!is_alive(pid));
  BOOST_TEST(runtime.observe().empty());
  BOOST_TEST(!runtime.start(spec_of(0)).has_value());
  runtime.stop("deploy-iris-r1-0");
  BOOST_TEST(std::filesystem::is_empty(work()));
  BOOST_TEST(!std::filesystem::exists(data() / "replicas/deploy-iris-r1-0/replica.json"));
}

BOOST_AUTO_TEST_CASE(tells_its_listener_of_changes) {
  driver runtime{settings()};
  std::atomic<int> changes = 0;
  runtime.set_change_listener([&] { ++changes; });
  BOOST_TEST_REQUIRE(runtime.start(spec_of(0)).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
  BOOST_TEST(changes >= 2);
  runtime.set_change_listener({});
  const int before = changes;
  runtime.stop("deploy-iris-r1-0");
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::exited));
  BOOST_TEST(changes == before);
}

BOOST_AUTO_TEST_CASE(describes_and_lists_images) {
  write_image("demo/a", "2.0", "command = [\"x\"]\nprotocol = \"passthrough\"\nconcurrency = 4\n");
  write_image("demo/b", "1", "command = 7\n");
  driver runtime{settings()};
  const auto images = runtime.list_images();
  BOOST_TEST_REQUIRE(images.size() == 2);
  BOOST_TEST(images[0].image == "demo/a:2.0");
  BOOST_TEST(images[1].image == "test/model:1");
  const auto described = runtime.describe_image("demo/a:2.0");
  BOOST_TEST_REQUIRE(described.has_value());
  BOOST_TEST((described->protocol == config::upstream_protocol::passthrough));
  BOOST_TEST(described->concurrency.value() == 4);
  BOOST_TEST(runtime.describe_image("demo/b:1").error()
             == "The image \"demo/b:1\" cannot be used: image.toml: 1:11 command must be a list of texts.");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
