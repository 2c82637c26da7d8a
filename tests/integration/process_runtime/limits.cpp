// Limits of instance types, with real replicas: whatever this machine allows, and by looking at their memory.
#include "tests/integration/process_runtime/runtime_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::tests {
namespace {

namespace fs = std::filesystem;
using control::domain::replica_phase;

constexpr std::int64_t mib = 1'048'576;
const std::string greedy = "deploy-iris-r1-0";
const std::string modest = "deploy-iris-r1-1";

/// Takes memory until it has too much, and holds on to it.
const std::string hunger = "/run?globals().setdefault('held',[]).append(b'x'*(300*1024*1024))";

struct limited_replicas : runtime_fixture {
  void begin(config::limit_mode mode) {
    auto limited = settings();
    limited.process_runtime.limits = mode;
    limited.process_runtime.memory_interval = std::chrono::milliseconds{20};
    limited.process_runtime.pids = 200;
    runtime.emplace(limited);
  }

  void start(std::uint32_t index) {
    auto spec = spec_of(index);
    spec.limits = {500, 128 * mib, 0};
    BOOST_TEST_REQUIRE(runtime->start(spec).has_value());
    BOOST_TEST_REQUIRE(reaches(*runtime, spec.name, replica_phase::ready));
  }

  /// What its record on disk names; empty when it has no group.
  std::vector<fs::path> groups_of(const std::string& name) const {
    std::vector<fs::path> groups;
    const std::string record = read_text(data() / "replicas" / name / "replica.json");
    for (auto at = record.find("\"/"); at != std::string::npos; at = record.find("\"/", at + 1)) {
      const std::string word = record.substr(at + 1, record.find('"', at + 1) - at - 1);
      if (word.find("/modelgate-") != std::string::npos && word.ends_with("/" + name)) groups.emplace_back(word);
    }
    return groups;
  }

  /// Whether this machine has control groups that can be used; if not, the test says that it shows nothing.
  bool has_groups() const {
    if (runtime->limits().limits == "enforced") return true;
    BOOST_TEST_MESSAGE("skipped: " << runtime->limits().detail);
    return false;
  }

  void let_a_child_of_the_greedy_one_die() {
    static_cast<void>(ask(
        *runtime, greedy,
        "/run?subprocess.Popen([sys.executable,'-c','x=b%22.%22*(300*1024*1024);__import__(%22time%22).sleep(1000)'],"
        "start_new_session=True)"));
    BOOST_TEST_REQUIRE(reaches(*runtime, greedy, replica_phase::exited));
    BOOST_TEST(find(*runtime, greedy)->reason.starts_with("OOMKilled: "));
  }

  void let_the_greedy_one_die() {
    const pid_t before = recorded_pid(*this, greedy);
    static_cast<void>(ask(*runtime, greedy, hunger));
    BOOST_TEST_REQUIRE(reaches(*runtime, greedy, replica_phase::exited));
    BOOST_TEST(!is_alive(before));
    const auto dead = find(*runtime, greedy);
    BOOST_TEST(
        dead->reason.starts_with("OOMKilled: it needed more than the 128 MiB of memory that its instance type has"),
        dead->reason);
    BOOST_TEST(dead->failures == 1U);
    BOOST_TEST((find(*runtime, modest)->phase == replica_phase::ready));
    BOOST_TEST(ask(*runtime, modest, "/run?out=1") == "1");
  }

  std::optional<driver> runtime;
};

BOOST_FIXTURE_TEST_SUITE(limits_of_replicas, limited_replicas)

BOOST_AUTO_TEST_CASE(end_the_one_that_takes_too_much_memory_and_no_other_whatever_the_machine_allows) {
  begin(config::limit_mode::automatic);
  for (const std::uint32_t index : {0U, 1U}) start(index);
  BOOST_TEST(find(*runtime, greedy)->limits == runtime->limits().limits);
  BOOST_TEST(find(*runtime, greedy)->limits_by == runtime->limits().by);
  let_the_greedy_one_die();
  start(0);  // a death like any other: it is started again
  BOOST_TEST(find(*runtime, greedy)->restarts == 1U);
  BOOST_TEST(ask(*runtime, greedy, "/run?out=2") == "2");
}

BOOST_AUTO_TEST_CASE(end_the_one_that_is_seen_with_too_much_memory) {
  begin(config::limit_mode::polling);
  for (const std::uint32_t index : {0U, 1U}) start(index);
  BOOST_TEST(find(*runtime, greedy)->limits == "advisory");
  BOOST_TEST(find(*runtime, greedy)->limits_by == "polling");
  BOOST_TEST(groups_of(greedy).empty());
  let_the_greedy_one_die();
}

BOOST_AUTO_TEST_CASE(count_what_a_child_of_the_replica_takes) {
  begin(config::limit_mode::polling);
  for (const std::uint32_t index : {0U, 1U}) start(index);
  let_a_child_of_the_greedy_one_die();
}

BOOST_AUTO_TEST_CASE(end_the_whole_replica_when_the_kernel_has_ended_a_part_of_it) {
  begin(config::limit_mode::automatic);
  if (!has_groups()) return;
  start(0);
  let_a_child_of_the_greedy_one_die();
}

BOOST_AUTO_TEST_CASE(are_off_when_the_config_says_so) {
  begin(config::limit_mode::off);
  start(0);
  BOOST_TEST(find(*runtime, greedy)->limits == "advisory");
  BOOST_TEST(find(*runtime, greedy)->limits_by == "none");
  BOOST_TEST(ask(*runtime, greedy, "/run?x=b'.'*(300*1024*1024);out=len(x)") == std::to_string(300 * mib));
  BOOST_TEST((find(*runtime, greedy)->phase == replica_phase::ready));
}

BOOST_AUTO_TEST_CASE(stand_in_the_control_groups_and_go_with_the_replica) {
  begin(config::limit_mode::automatic);
  if (!has_groups()) return;
  start(0);
  const auto groups = groups_of(greedy);
  BOOST_TEST_REQUIRE(!groups.empty());
  const bool v2 = runtime->limits().by == "cgroup2";
  const std::string pid = std::to_string(recorded_pid(*this, greedy)) + "\n";
  for (const fs::path& group : groups) BOOST_TEST(read_text(group / "cgroup.procs") == pid, group);
  if (v2) {
    BOOST_TEST(read_text(groups[0] / "memory.max") == std::to_string(128 * mib) + "\n");
    BOOST_TEST(read_text(groups[0] / "cpu.max") == "50000 100000\n");
    BOOST_TEST(read_text(groups[0] / "pids.max") == "200\n");
  } else {
    BOOST_TEST(read_text(groups.at(0) / "memory.limit_in_bytes") == std::to_string(128 * mib) + "\n");
    BOOST_TEST(read_text(groups.at(1) / "cpu.cfs_quota_us") == "50000\n");
    BOOST_TEST(read_text(groups.at(1) / "cpu.cfs_period_us") == "100000\n");
    if (groups.size() > 2) BOOST_TEST(read_text(groups[2] / "pids.max") == "200\n");
  }
  runtime->stop(greedy);
  BOOST_TEST_REQUIRE(reaches(*runtime, greedy, replica_phase::exited));
  BOOST_TEST(eventually([&] { return !fs::exists(groups.front()); }));
  runtime.reset();
  for (const fs::path& group : groups) BOOST_TEST(!fs::exists(group.parent_path()), group);
}

BOOST_AUTO_TEST_CASE(hold_for_what_an_earlier_modelgate_started) {
  auto spec = spec_of(0);
  spec.limits = {500, 128 * mib, 0};
  start_and_crash(*this, spec);
  begin(config::limit_mode::automatic);
  if (!has_groups()) return;
  BOOST_TEST_REQUIRE(find(*runtime, greedy).has_value());
  BOOST_TEST(find(*runtime, greedy)->limits == "enforced");
  start(1);
  let_the_greedy_one_die();
}

BOOST_AUTO_TEST_CASE(leave_no_group_of_what_nobody_knows_any_more) {
  auto spec = spec_of(0);
  spec.limits = {500, 128 * mib, 0};
  start_and_crash(*this, spec);
  const auto groups = groups_of(greedy);
  const pid_t pid = recorded_pid(*this, greedy);
  fs::remove(data() / "replicas" / greedy / "replica.json");
  begin(config::limit_mode::automatic);
  if (!has_groups()) return;
  BOOST_TEST_REQUIRE(!groups.empty());
  BOOST_TEST(eventually([&] { return !is_alive(pid); }));
  for (const fs::path& group : groups) BOOST_TEST(eventually([&] { return !fs::exists(group); }), group);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
