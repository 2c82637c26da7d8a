// What every runtime driver does: one list of cases, for all of them (subject.hpp).
#include "tests/contract/subject.hpp"

#include "modelgate/base/errc.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <sstream>

namespace modelgate::tests {
namespace {

using control::domain::failure_cause;
using control::domain::replica_failure;
using control::domain::replica_phase;
using control::runtime::log_query;
using control::runtime::replica_spec;
using control::runtime::runtime_driver;

const std::string first = "deploy-iris-r1-0";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

struct contract : subject {
  void start(const replica_spec& wanted) const { BOOST_TEST_REQUIRE(driver->start(wanted).has_value()); }
  void start_until_ready(const replica_spec& wanted) const {
    start(wanted);
    BOOST_TEST_REQUIRE(reaches(*driver, wanted.name, replica_phase::ready), reason());
  }
  [[nodiscard]] std::string reason() const {
    const auto replica = find(*driver, first);
    return replica ? replica->reason : "gone";
  }
  [[nodiscard]] std::string read(const log_query& query) const {
    auto reader = driver->open_log(first, query);
    return reader ? (*reader)->read_more() : "none";
  }
  /// Runs a driver in a process of its own, which ends by SIGKILL as soon as the replica is ready.
  void start_and_crash(const replica_spec& wanted) {
    driver.reset();
    const pid_t child = ::fork();
    if (child == 0) {
      const auto own = make();
      if (!own->start(wanted) || !reaches(*own, wanted.name, replica_phase::ready)) ::_exit(1);
      ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
    BOOST_TEST_REQUIRE(WIFSIGNALED(status));
    driver = make();
  }
  /// How it ends when it is asked at that path.
  [[nodiscard]] std::string end_by(const std::string& path) const {
    static_cast<void>(ask(*driver, first, path));
    BOOST_TEST_REQUIRE(reaches(*driver, first, replica_phase::exited));
    return reason();
  }

  std::unique_ptr<runtime_driver> driver = make();
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_contract, contract)

BOOST_AUTO_TEST_CASE(a_replica_starts_serves_drains_stops_and_is_forgotten) {
  BOOST_TEST(driver->name() == name());
  BOOST_TEST(driver->observe().empty());
  start_until_ready(spec());
  auto replica = find(*driver, first);
  BOOST_TEST(replica->deployment == "iris");
  BOOST_TEST(replica->revision == 1U);
  BOOST_TEST(replica->index == 0U);
  BOOST_TEST(replica->model_image == image());
  BOOST_TEST(replica->limits == driver->limits().limits);
  BOOST_TEST(replica->address->host == "127.0.0.1");
  BOOST_TEST(replica->reason == "");
  BOOST_TEST(replica->restarts == 0U);
  BOOST_TEST((replica->inherited == nullptr));

  driver->drain(first);
  BOOST_TEST((find(*driver, first)->phase == replica_phase::draining));
  BOOST_TEST(ask(*driver, first, "/env/SELDON_DEPLOYMENT_ID") == "iris");
  driver->remove(first);  // it still runs: it can't be forgotten
  BOOST_TEST(find(*driver, first).has_value());

  driver->stop(first);
  BOOST_TEST_REQUIRE(reaches(*driver, first, replica_phase::exited));
  replica = find(*driver, first);
  BOOST_TEST(replica->failures == 0U);
  BOOST_TEST(!replica->address.has_value());
  driver->remove(first);
  BOOST_TEST(eventually([&] { return driver->observe().empty(); }));
}

BOOST_AUTO_TEST_CASE(starting_what_runs_is_success_and_starts_nothing) {
  start_until_ready(spec());
  const auto before = find(*driver, first);
  start(spec());
  const auto after = find(*driver, first);
  BOOST_TEST((after->address == before->address));
  BOOST_TEST((after->since == before->since));
  BOOST_TEST(after->restarts == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_ignored) {
  driver->drain("deploy-nobody-r1-0");
  driver->stop("deploy-nobody-r1-0");
  driver->remove("deploy-nobody-r1-0");
  BOOST_TEST(driver->observe().empty());
  BOOST_TEST(!driver
                  ->start([&] {
                    auto wrong = spec();
                    wrong.name = "../up";
                    return wrong;
                  }())
                  .has_value());
}

BOOST_AUTO_TEST_CASE(is_ready_when_its_health_path_says_so_not_when_its_port_opens) {
  start(spec(0, {{"UNREADY", "1"}}));
  BOOST_TEST_REQUIRE(eventually([&] {
                       return reason().find("GET /health/status answered 503; last log line: serving")
                              != std::string::npos;
                     }),
                     reason());
  BOOST_TEST((find(*driver, first)->phase == replica_phase::starting));
  static_cast<void>(ask(*driver, first, "/ready"));
  BOOST_TEST(reaches(*driver, first, replica_phase::ready));
  static_cast<void>(ask(*driver, first, "/unready"));
  BOOST_TEST(reaches(*driver, first, replica_phase::unready));
  static_cast<void>(ask(*driver, first, "/ready"));
  BOOST_TEST(reaches(*driver, first, replica_phase::ready));
  BOOST_TEST(find(*driver, first)->restarts == 0U);
}

BOOST_AUTO_TEST_CASE(tells_how_a_replica_ended_and_starts_it_again_under_its_name) {
  start(spec(0, {{"SAY", "out of cheese"}, {"EXIT", "3"}}));
  BOOST_TEST_REQUIRE(reaches(*driver, first, replica_phase::exited));
  BOOST_TEST(reason() == "exited with code 3; last log line: out of cheese");
  auto replica = find(*driver, first);
  BOOST_TEST(replica->failures == 1U);
  BOOST_TEST((replica->failure == replica_failure{failure_cause::program, 3}));
  BOOST_TEST(replica->restarts == 0U);
  const auto unready_since = replica->unready_since;

  start_until_ready(spec());
  replica = find(*driver, first);
  BOOST_TEST(replica->restarts == 1U);
  BOOST_TEST(replica->failures == 1U);
  BOOST_TEST((replica->unready_since == unready_since));
  BOOST_TEST(end_by("/exit/4") == "exited with code 4; last log line: serving");
  BOOST_TEST(find(*driver, first)->failures == 2U);
}

BOOST_AUTO_TEST_CASE(one_that_ends_soon_after_it_was_ready_has_not_come_up_yet) {
  start_until_ready(spec());
  const auto unready_since = find(*driver, first)->unready_since;
  static_cast<void>(end_by("/exit/4"));
  BOOST_TEST((find(*driver, first)->unready_since == unready_since));
  start_until_ready(spec());
  static_cast<void>(end_by("/exit/4"));
  BOOST_TEST((find(*driver, first)->unready_since == unready_since));
}

BOOST_AUTO_TEST_CASE(one_that_cannot_be_started_has_exited_with_the_reason) {
  auto wrong = spec();
  wrong.model_image = missing_image();
  static_cast<void>(driver->start(wrong));  // says so at once, or finds out later
  BOOST_TEST_REQUIRE(reaches(*driver, first, replica_phase::exited));
  BOOST_TEST(reason().starts_with("could not be started: "), reason());
  BOOST_TEST(reason().find(missing_image()) != std::string::npos, reason());
  BOOST_TEST(find(*driver, first)->failures == 1U);
  BOOST_TEST((find(*driver, first)->failure == replica_failure{failure_cause::image, {}}));
  static_cast<void>(driver->start(wrong));
  BOOST_TEST(eventually([&] { return find(*driver, first)->failures == 2U; }));
  start_until_ready(spec());
}

BOOST_AUTO_TEST_CASE(a_reserved_variable_is_refused) {
  static_cast<void>(driver->start(spec(0, {{"LD_PRELOAD", "x"}})));
  BOOST_TEST_REQUIRE(reaches(*driver, first, replica_phase::exited));
  BOOST_TEST(reason().find("\"LD_PRELOAD\" may not be set by a deployment") != std::string::npos, reason());
}

BOOST_AUTO_TEST_CASE(the_environment_is_that_of_the_deployment_and_of_seldon) {
  start_until_ready(spec(0, {{"GREETING", "hello = world"}}));
  BOOST_TEST(ask(*driver, first, "/env/GREETING") == "hello = world");
  BOOST_TEST(ask(*driver, first, "/env/PREDICTIVE_UNIT_ID") == "model");
  BOOST_TEST(ask(*driver, first, "/env/MODELGATE_REPLICA") == first);
}

BOOST_AUTO_TEST_CASE(one_that_takes_no_notice_is_ended_after_the_grace) {
  start_until_ready(spec(0, {{"STUBBORN", "1"}}));
  driver->stop(first);
  BOOST_TEST((find(*driver, first)->phase == replica_phase::stopping));
  BOOST_TEST_REQUIRE(reaches(*driver, first, replica_phase::exited));
  BOOST_TEST(find(*driver, first)->failures == 0U);
}

BOOST_AUTO_TEST_CASE(more_memory_than_its_limit_is_told_as_such) {
  auto small = spec();
  small.limits.memory_bytes = 67'108'864;
  start_until_ready(small);
  BOOST_TEST(end_by("/alloc/300").starts_with("OOMKilled: it needed more than the 64 MiB of memory"), reason());
  BOOST_TEST(find(*driver, first)->failures == 1U);
}

BOOST_AUTO_TEST_CASE(more_cpus_than_the_machine_has_are_no_bound) {
  auto large = spec();
  large.limits.cpu_milli = 1'000'000;
  start_until_ready(large);
}

BOOST_AUTO_TEST_CASE(what_a_replica_takes_is_measured) {
  start_until_ready(spec());
  BOOST_TEST(eventually([&] {
    const auto replica = find(*driver, first);
    return replica->usage && replica->usage->memory_bytes > 0;
  }));
}

BOOST_AUTO_TEST_CASE(several_replicas_have_ports_of_their_own) {
  start(spec(0));
  start(spec(1));
  BOOST_TEST_REQUIRE(reaches(*driver, first, replica_phase::ready));
  BOOST_TEST_REQUIRE(reaches(*driver, "deploy-iris-r1-1", replica_phase::ready));
  BOOST_TEST((find(*driver, first)->address != find(*driver, "deploy-iris-r1-1")->address));
  BOOST_TEST(ask(*driver, "deploy-iris-r1-1", "/env/MODELGATE_REPLICA") == "deploy-iris-r1-1");
}

BOOST_AUTO_TEST_CASE(one_that_can_listens_on_a_socket_and_is_ready_there) {
  const replica_spec on_socket = spec(0, {{"ON_SOCKET", "1"}});
  start_until_ready(on_socket);
  BOOST_TEST_REQUIRE(find(*driver, first)->address->is_unix());
  BOOST_TEST(ask(*driver, first, "/env/MODELGATE_REPLICA") == first);
  static_cast<void>(end_by("/exit/4"));
  start_until_ready(on_socket);  // what the last one left is not in its way
  BOOST_TEST(find(*driver, first)->address->is_unix());
  driver->stop(first);
  BOOST_TEST_REQUIRE(reaches(*driver, first, replica_phase::exited));

  start_and_crash(on_socket);
  BOOST_TEST(eventually([&] { return find(*driver, first) && find(*driver, first)->answers; }));
  BOOST_TEST(find(*driver, first)->address->is_unix());
  BOOST_TEST(ask(*driver, first, "/env/MODELGATE_REPLICA") == first);
}

BOOST_AUTO_TEST_CASE(the_listener_hears_of_every_change) {
  std::atomic<int> heard{0};
  driver->set_change_listener([&] { ++heard; });
  start_until_ready(spec());
  BOOST_TEST(heard > 0);
  const int before = heard;
  static_cast<void>(end_by("/exit/0"));
  BOOST_TEST(eventually([&] { return heard > before; }));
  driver->set_change_listener({});
}

BOOST_AUTO_TEST_CASE(logs_hold_both_streams_line_by_line_with_times) {
  start_until_ready(spec(0, {{"SAY", "one"}}));
  static_cast<void>(ask(*driver, first, "/complain/two"));
  BOOST_TEST_REQUIRE(eventually([&] { return lines_of(read({})).size() == 3; }), read({}));
  auto lines = lines_of(read({}));
  std::sort(lines.begin(), lines.end());
  BOOST_TEST(lines == (std::vector<std::string>{"one", "serving", "two"}), boost::test_tools::per_element());

  log_query query;
  query.tail_lines = 1;
  query.timestamps = true;
  const std::string last = read(query);
  BOOST_TEST(parse_rfc3339(last.substr(0, last.find(' '))).has_value(), last);
  query.since = system_clock::now() + std::chrono::hours{1};
  BOOST_TEST(read(query) == "");
}

BOOST_AUTO_TEST_CASE(logs_lose_nothing_of_a_flood) {
  start_until_ready(spec(0, {{"SAY_LINES", "5000"}}));
  log_query all;
  all.tail_lines.reset();
  BOOST_TEST_REQUIRE(eventually([&] { return read(all).ends_with("serving\n"); }));
  const auto lines = lines_of(read(all));
  BOOST_TEST_REQUIRE(lines.size() == 5'001U);
  for (std::size_t i = 0; i < 5'000; ++i) BOOST_TEST_REQUIRE(lines[i] == "line " + std::to_string(i));
}

BOOST_AUTO_TEST_CASE(logs_lose_nothing_of_a_flood_on_both_streams) {
  start_until_ready(spec(0, {{"SAY_BOTH", "5000"}}));
  log_query all;
  all.tail_lines.reset();
  std::vector<std::string> lines;
  static_cast<void>(eventually([&] {
    lines = lines_of(read(all));
    return lines.size() >= 10'001U;
  }));
  BOOST_TEST_REQUIRE(lines.size() == 10'001U);
  for (const std::string begin : {"line ", "complaint "}) {
    int next = 0;
    for (const std::string& line : lines)
      if (line.starts_with(begin)) BOOST_TEST_REQUIRE(line == begin + std::to_string(next++));
    BOOST_TEST(next == 5'000);
  }
}

BOOST_AUTO_TEST_CASE(logs_hold_a_line_whole_whatever_the_other_stream_said_meanwhile) {
  start_until_ready(spec());
  static_cast<void>(ask(*driver, first, "/begin/half-"));
  static_cast<void>(ask(*driver, first, "/complain/between"));
  BOOST_TEST(eventually([&] { return read({}) == "serving\nbetween\n"; }), read({}));
  static_cast<void>(ask(*driver, first, "/say/of-it"));
  BOOST_TEST(eventually([&] { return read({}) == "serving\nbetween\nhalf-of-it\n"; }), read({}));
}

BOOST_AUTO_TEST_CASE(logs_of_the_instance_before_the_last_restart_are_kept) {
  log_query previous;
  previous.previous = true;
  start_until_ready(spec(0, {{"SAY", "first life"}}));
  BOOST_TEST((driver->open_log(first, previous).error() == make_error_code(errc::not_found)));
  static_cast<void>(end_by("/exit/1"));
  start_until_ready(spec(0, {{"SAY", "second life"}}));
  BOOST_TEST_REQUIRE(eventually([&] { return read({}) == "second life\nserving\n"; }), read({}));
  BOOST_TEST(read(previous) == "first life\nserving\n");
}

BOOST_AUTO_TEST_CASE(logs_can_be_followed_to_the_end_of_the_replica_and_stay_readable) {
  start_until_ready(spec());
  log_query from_now;
  from_now.tail_lines = 0;
  BOOST_TEST_REQUIRE(eventually([&] { return read({}) == "serving\n"; }));
  auto reader = driver->open_log(first, from_now);
  BOOST_TEST_REQUIRE(reader.has_value());
  std::string text;
  const auto reads = [&](const std::string& end) {
    return eventually([&] {
      text += (*reader)->read_more();
      return text.ends_with(end);
    });
  };
  static_cast<void>(ask(*driver, first, "/say/followed"));
  BOOST_TEST(reads("followed\n"));
  BOOST_TEST(!(*reader)->finished());
  driver->stop(first);
  BOOST_TEST_REQUIRE(reaches(*driver, first, replica_phase::exited));
  BOOST_TEST(eventually([&] {
    text += (*reader)->read_more();
    return (*reader)->finished();
  }));
  driver->remove(first);
  BOOST_TEST_REQUIRE(eventually([&] { return driver->observe().empty(); }));
  BOOST_TEST(read({}) == "serving\nfollowed\n");
  BOOST_TEST(driver->kept_logs("iris") == std::vector<std::string>{first}, boost::test_tools::per_element());
  driver->forget_deployment("iris");
  BOOST_TEST((driver->open_log(first, {}).error() == make_error_code(errc::not_found)));
}

BOOST_AUTO_TEST_CASE(what_a_killed_modelgate_left_running_is_found_and_looked_after) {
  start_and_crash(spec(0, {{"SAY", "alive"}}));
  auto replica = find(*driver, first);
  BOOST_TEST_REQUIRE(replica.has_value());
  BOOST_TEST_REQUIRE((replica->inherited != nullptr));
  BOOST_TEST(replica->inherited->model_image == image());
  BOOST_TEST(replica->inherited->env.size() == 1U);
  BOOST_TEST((replica->phase == replica_phase::ready));
  BOOST_TEST(eventually([&] { return find(*driver, first)->answers; }));
  static_cast<void>(ask(*driver, first, "/say/later"));
  BOOST_TEST(eventually([&] { return read({}) == "alive\nserving\nlater\n"; }), read({}));
  BOOST_TEST(find(*driver, first)->restarts == 0U);
  start(spec(0, {{"SAY", "alive"}}));  // it runs
  driver->stop(first);
  BOOST_TEST_REQUIRE(reaches(*driver, first, replica_phase::exited));
  start_until_ready(spec());
  BOOST_TEST((find(*driver, first)->inherited == nullptr));
}

BOOST_AUTO_TEST_CASE(what_ended_meanwhile_is_found_so) {
  start_and_crash(spec());
  // Asked before the driver can have looked: it dies under its eyes.
  static_cast<void>(ask(*driver, first, "/exit/0"));
  BOOST_TEST_REQUIRE(reaches(*driver, first, replica_phase::exited));
  start_until_ready(spec());
}

BOOST_AUTO_TEST_CASE(replicas_that_were_let_go_run_on_and_can_be_taken_back) {
  start_until_ready(spec());
  const auto before = find(*driver, first);
  let_go(*driver);
  BOOST_TEST(!driver->start(spec(1)).has_value());
  driver->stop(first);  // not this driver's business now
  take_back(*driver);
  BOOST_TEST(eventually([&] { return find(*driver, first) && find(*driver, first)->answers; }));
  const auto after = find(*driver, first);
  BOOST_TEST((after->phase == replica_phase::ready));
  BOOST_TEST((after->address == before->address));
  BOOST_TEST(end_by("/exit/4").starts_with("exited with code 4"), reason());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::tests
