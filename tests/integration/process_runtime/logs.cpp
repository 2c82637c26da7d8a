#include "tests/integration/process_runtime/runtime_fixture.hpp"

#include "modelgate/base/errc.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::tests {
namespace {

using control::domain::replica_phase;
using control::runtime::log_query;

log_query last_lines(std::size_t count) {
  log_query query;
  query.tail_lines = count;
  return query;
}

log_query previous_instance() {
  log_query query;
  query.previous = true;
  return query;
}

struct logging_replica : runtime_fixture {
  logging_replica() {
    auto small = settings();
    small.limits.log_bytes = 100'000;
    runtime.emplace(small);
  }

  void start(const std::string& code) {
    BOOST_TEST_REQUIRE(runtime->start(spec_of(0, {{"START", code}})).has_value());
    BOOST_TEST_REQUIRE(reaches(*runtime, "deploy-iris-r1-0", replica_phase::ready));
  }

  std::string read(const log_query& query) const {
    auto reader = runtime->open_log("deploy-iris-r1-0", query);
    return reader ? (*reader)->read_more() : "none";
  }

  std::optional<driver> runtime;
};

BOOST_FIXTURE_TEST_SUITE(logs, logging_replica)

BOOST_AUTO_TEST_CASE(hold_both_streams_line_by_line) {
  start("print('one'); print('two', file=sys.stderr); print('three', flush=True)");
  BOOST_TEST_REQUIRE(eventually([&] { return lines_of(read({})).size() == 4; }));
  auto lines = lines_of(read({}));
  std::sort(lines.begin(), lines.end());
  BOOST_TEST(lines == (std::vector<std::string>{"one", "serving", "three", "two"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(can_be_asked_for_a_tail_with_timestamps) {
  start("[print(i) for i in range(100)]");
  BOOST_TEST_REQUIRE(eventually([&] { return read({}).ends_with("serving\n"); }));
  log_query query = last_lines(2);
  BOOST_TEST(read(query) == "99\nserving\n");
  query.timestamps = true;
  const auto lines = lines_of(read(query));
  BOOST_TEST_REQUIRE(lines.size() == 2);
  BOOST_TEST(parse_rfc3339(lines[0].substr(0, lines[0].find(' '))).has_value());
  query.since = system_clock::now() + std::chrono::hours{1};
  BOOST_TEST(read(query) == "");
}

BOOST_AUTO_TEST_CASE(are_rotated_and_read_over_the_rotation) {
  start("[print('line', i, 'x' * 60) for i in range(2000)]");
  const auto folder = data() / "replicas/deploy-iris-r1-0";
  BOOST_TEST_REQUIRE(eventually([&] { return read({}).ends_with("serving\n"); }));
  BOOST_TEST(std::filesystem::exists(folder / "log.1"));
  BOOST_TEST(std::filesystem::file_size(folder / "log") <= 200'000);
  log_query all;
  all.tail_lines.reset();
  const auto lines = lines_of(read(all));
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
    const auto number = [&](std::size_t at) { return std::stol(lines[at].substr(5)); };
    BOOST_TEST_REQUIRE(number(i) == number(i - 1) + 1);
  }
  BOOST_TEST(lines.size() > 500);
}

BOOST_AUTO_TEST_CASE(of_the_instance_before_the_last_restart_are_kept) {
  start("print('first life')");
  BOOST_TEST(runtime->open_log("deploy-iris-r1-0", previous_instance()).error() == make_error_code(errc::not_found));
  static_cast<void>(ask(*runtime, "deploy-iris-r1-0", "/run?os._exit(1)"));
  BOOST_TEST_REQUIRE(reaches(*runtime, "deploy-iris-r1-0", replica_phase::exited));
  start("print('second life')");
  BOOST_TEST_REQUIRE(eventually([&] { return read({}) == "second life\nserving\n"; }));
  BOOST_TEST(read(previous_instance()) == "first life\nserving\n");
}

BOOST_AUTO_TEST_CASE(can_be_followed_to_the_end_of_the_replica) {
  start("");
  auto reader = runtime->open_log("deploy-iris-r1-0", last_lines(0));
  BOOST_TEST_REQUIRE(reader.has_value());
  static_cast<void>(ask(*runtime, "deploy-iris-r1-0", "/run?print('followed',flush=True)"));
  std::string text;
  BOOST_TEST(eventually([&] {
    text += (*reader)->read_more();
    return text.ends_with("followed\n");
  }));
  BOOST_TEST(!(*reader)->finished());
  static_cast<void>(ask(*runtime, "deploy-iris-r1-0", "/run?print('bye',end='',flush=True);os._exit(0)"));
  BOOST_TEST(eventually([&] {
    text += (*reader)->read_more();
    return (*reader)->finished();
  }));
  BOOST_TEST(text.ends_with("bye\n"));
}

BOOST_AUTO_TEST_CASE(stay_readable_after_the_replica_is_forgotten) {
  start("print('remember me')");
  runtime->stop("deploy-iris-r1-0");
  BOOST_TEST_REQUIRE(reaches(*runtime, "deploy-iris-r1-0", replica_phase::exited));
  runtime->remove("deploy-iris-r1-0");
  BOOST_TEST(read({}) == "remember me\nserving\n");
  BOOST_TEST(runtime->open_log("deploy-iris-r1-9", {}).error() == make_error_code(errc::not_found));
  BOOST_TEST(runtime->open_log("../replicas/deploy-iris-r1-0", {}).error() == make_error_code(errc::not_found));
}

BOOST_AUTO_TEST_CASE(hold_a_flood_without_blocking_the_model_for_good) {
  start("[sys.stdout.write('y' * 100000) for i in range(100)]; print(flush=True)");
  BOOST_TEST(eventually([&] { return read(last_lines(1)) == "serving\n"; }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
