#include "control/runtime/end_text.hpp"
#include "control/runtime/process/limit_choice.hpp"
#include "control/runtime/process/process_use.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <sstream>

namespace modelgate::control::runtime::process {
namespace {

namespace fs = std::filesystem;
using config::limit_mode;

constexpr std::string_view hybrid_mounts =
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 / /sys/fs/cgroup/my\\040memory rw,relatime - cgroup cgroup rw,memory\n"
    "39 31 0:36 /docker/abc /sys/fs/cgroup/pids ro - cgroup cgroup rw,pids\n"
    "40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
    "broken\n"
    "1 2 3 - cgroup\n";

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream{file}.rdbuf();
  return text.str();
}

/// A tree that looks like what the kernel shows, in a folder of the test's own.
struct group_tree {
  void file(const std::string& path, const std::string& text) const {
    fs::create_directories((folder.path() / path).parent_path());
    std::ofstream{folder.path() / path} << text;
  }
  [[nodiscard]] fs::path at(const std::string& path) const { return folder.path() / path; }

  [[nodiscard]] cgroup_table v2() const {
    file("v2/cgroup.controllers", "cpuset cpu io memory pids\n");
    file("v2/cgroup.subtree_control", "memory cpu pids\n");
    file("v2/modelgate-x/cgroup.subtree_control", "cpu memory pids\n");
    cgroup_table table;
    table.unified = at("v2");
    return table;
  }

  [[nodiscard]] cgroup_table v1() const {
    file("memory/modelgate-x/memory.limit_in_bytes", "");
    file("cpu/modelgate-x/cpu.cfs_quota_us", "");
    file("pids/modelgate-x/pids.max", "");
    cgroup_table table;
    for (const char* controller : {"memory", "cpu", "pids"}) table.controllers[controller] = at(controller);
    return table;
  }

  tests::temporary_folder folder;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cgroup_tables)

BOOST_AUTO_TEST_CASE(say_where_this_process_is_in_each_hierarchy) {
  const cgroup_table table = parse_cgroup_table(
      hybrid_mounts, "4:memory:/a/b\n3:pids:/docker/abc/c\n1:cpu,cpuacct:/\n9:name=systemd:/x\n0::/u\n");
  cgroup_table expected;
  expected.unified = "/sys/fs/cgroup/unified/u";
  expected.controllers = {{"memory", "/sys/fs/cgroup/my memory/a/b"},
                          {"cpu", "/sys/fs/cgroup/cpu,cpuacct"},
                          {"cpuacct", "/sys/fs/cgroup/cpu,cpuacct"},
                          {"pids", "/sys/fs/cgroup/pids/c"},
                          {"name=systemd", "/sys/fs/cgroup/systemd/x"}};
  BOOST_TEST((table == expected));
}

BOOST_AUTO_TEST_CASE(take_what_a_container_shows_for_its_own) {
  const cgroup_table table = parse_cgroup_table(hybrid_mounts, "3:pids:/elsewhere\n0::/../u\n");
  BOOST_TEST(table.controllers.at("pids") == "/sys/fs/cgroup/pids");
  BOOST_TEST(table.unified.value() == "/sys/fs/cgroup/unified");
}

BOOST_AUTO_TEST_CASE(are_empty_where_there_is_nothing) {
  BOOST_TEST((parse_cgroup_table("", "") == cgroup_table{}));
  BOOST_TEST((parse_cgroup_table("x - cgroup2", "0::") == cgroup_table{}));
  BOOST_TEST((parse_cgroup_table("31 23 0:28 / /sys rw - tmpfs tmpfs rw", "0::/\n") == cgroup_table{}));
}

BOOST_AUTO_TEST_CASE(know_how_often_the_kernel_has_ended_something) {
  BOOST_TEST(parse_oom_kills("low 0\nhigh 0\nmax 5\noom 2\noom_kill 3\noom_group_kill 9\n").value() == 3U);
  BOOST_TEST(parse_oom_kills("oom_kill_disable 0\nunder_oom 0\noom_kill 1\n").value() == 1U);
  BOOST_TEST(!parse_oom_kills("oom_kill_disable 0\nunder_oom 0\n").has_value());
  BOOST_TEST(!parse_oom_kills("oom_kill x\noom_kill 1x").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(limit_choices, group_tree)

BOOST_AUTO_TEST_CASE(prefer_control_groups_of_version_2) {
  cgroup_table both = v2();
  both.controllers = v1().controllers;
  const limit_choice choice = choose_limits(limit_mode::automatic, both, "modelgate-x");
  BOOST_TEST((choice.ground.method == limit_method::cgroup2));
  BOOST_TEST((choice.ground.folders == std::vector{at("v2/modelgate-x")}));
  BOOST_TEST(choice.why_not == "");
}

BOOST_AUTO_TEST_CASE(hand_the_controllers_down_where_nobody_has) {
  cgroup_table table = v2();
  file("v2/cgroup.subtree_control", "");
  file("v2/modelgate-x/cgroup.subtree_control", "");
  BOOST_TEST((choose_limits(limit_mode::cgroup2, table, "modelgate-x").ground.method == limit_method::cgroup2));
  BOOST_TEST(text_of(at("v2/cgroup.subtree_control")) == "+pidsry");  // each was written over the one before
}

BOOST_AUTO_TEST_CASE(know_the_group_that_an_earlier_modelgate_has_moved_to) {
  cgroup_table table = v2();
  table.unified = at("v2/modelgate-x-program");
  BOOST_TEST(
      (choose_limits(limit_mode::automatic, table, "modelgate-x").ground.folders == std::vector{at("v2/modelgate-x")}));
}

BOOST_AUTO_TEST_CASE(take_version_1_where_2_has_not_what_it_needs) {
  cgroup_table hybrid = v1();
  hybrid.unified = v2().unified;
  file("v2/cgroup.controllers", "hugetlb\n");
  const limit_choice choice = choose_limits(limit_mode::automatic, hybrid, "modelgate-x");
  BOOST_TEST((choice.ground.method == limit_method::cgroup1));
  BOOST_TEST(
      (choice.ground.folders == std::vector{at("memory/modelgate-x"), at("cpu/modelgate-x"), at("pids/modelgate-x")}));
}

BOOST_AUTO_TEST_CASE(do_without_a_bound_of_processes) {
  cgroup_table table = v1();
  table.controllers.erase("pids");
  BOOST_TEST(choose_limits(limit_mode::cgroup1, table, "modelgate-x").ground.folders.size() == 2U);
}

BOOST_AUTO_TEST_CASE(fall_back_to_polling_and_say_why) {
  cgroup_table table = v1();
  table.controllers["cpu"] = at("memory/modelgate-x/memory.limit_in_bytes");  // a file: nothing can be made in it
  const limit_choice choice = choose_limits(limit_mode::automatic, table, "modelgate-x");
  BOOST_TEST((choice.ground.method == limit_method::polling));
  BOOST_TEST(choice.ground.folders.empty());
  BOOST_TEST(choice.why_not.starts_with("no cgroup v2 is mounted; "));
  BOOST_TEST(choice.why_not.ends_with("cannot be made: Not a directory"));
  BOOST_TEST(choose_limits(limit_mode::cgroup1, {}, "modelgate-x").why_not
             == "no cgroup v1 with the controller memory is mounted");
}

BOOST_AUTO_TEST_CASE(are_what_the_config_says) {
  const cgroup_table table = v1();
  const limit_choice polling = choose_limits(limit_mode::polling, table, "modelgate-x");
  BOOST_TEST((polling.ground.method == limit_method::polling));
  BOOST_TEST(polling.why_not == "");
  BOOST_TEST((choose_limits(limit_mode::off, table, "modelgate-x").ground.method == limit_method::none));
  BOOST_TEST((choose_limits(limit_mode::cgroup2, table, "modelgate-x").ground.method == limit_method::polling));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(control_groups, group_tree)

BOOST_AUTO_TEST_CASE(of_version_2_get_their_limits) {
  fs::create_directories(at("modelgate-x"));
  const auto made =
      control_group::make({limit_method::cgroup2, {at("modelgate-x")}}, "iris-0", {1'500, 1'073'741'824, 100});
  BOOST_TEST_REQUIRE(made.has_value());
  BOOST_TEST(text_of(at("modelgate-x/iris-0/memory.max")) == "1073741824");
  BOOST_TEST(text_of(at("modelgate-x/iris-0/memory.swap.max")) == "0");
  BOOST_TEST(text_of(at("modelgate-x/iris-0/memory.oom.group")) == "1");
  BOOST_TEST(text_of(at("modelgate-x/iris-0/cpu.max")) == "150000 100000");
  BOOST_TEST(text_of(at("modelgate-x/iris-0/pids.max")) == "100");
  BOOST_TEST(made->add(42).has_value());
  BOOST_TEST(text_of(at("modelgate-x/iris-0/cgroup.procs")) == "42");
}

BOOST_AUTO_TEST_CASE(of_version_1_get_their_limits) {
  for (const char* each : {"memory/modelgate-x", "cpu/modelgate-x"}) fs::create_directories(at(each));
  const group_ground ground{limit_method::cgroup1, {at("memory/modelgate-x"), at("cpu/modelgate-x")}};
  const auto made = control_group::make(ground, "iris-0", {5, 1'048'576, 100});
  BOOST_TEST_REQUIRE(made.has_value());
  BOOST_TEST(text_of(at("memory/modelgate-x/iris-0/memory.limit_in_bytes")) == "1048576");
  BOOST_TEST(text_of(at("memory/modelgate-x/iris-0/memory.memsw.limit_in_bytes")) == "1048576");
  BOOST_TEST(text_of(at("cpu/modelgate-x/iris-0/cpu.cfs_period_us")) == "100000");
  BOOST_TEST(text_of(at("cpu/modelgate-x/iris-0/cpu.cfs_quota_us")) == "1000");  // the kernel takes no less
  BOOST_TEST(made->add(42).has_value());
  BOOST_TEST(text_of(at("memory/modelgate-x/iris-0/cgroup.procs")) == "42");
  BOOST_TEST(text_of(at("cpu/modelgate-x/iris-0/cgroup.procs")) == "42");
}

BOOST_AUTO_TEST_CASE(without_bounds_bound_nothing) {
  fs::create_directories(at("modelgate-x"));
  BOOST_TEST_REQUIRE(control_group::make({limit_method::cgroup2, {at("modelgate-x")}}, "iris-0", {}).has_value());
  BOOST_TEST(fs::is_empty(at("modelgate-x/iris-0")));
}

BOOST_AUTO_TEST_CASE(count_only_what_the_kernel_ended_since_they_began) {
  file("modelgate-x/iris-0/memory.events", "oom_kill 2\n");
  const auto made = control_group::make({limit_method::cgroup2, {at("modelgate-x")}}, "iris-0", {});
  BOOST_TEST_REQUIRE(made.has_value());
  BOOST_TEST(!made->ran_out_of_memory());
  file("modelgate-x/iris-0/memory.events", "oom_kill 3\n");
  BOOST_TEST(made->ran_out_of_memory());
  BOOST_TEST(control_group::reopen(made->record())->ran_out_of_memory());
}

BOOST_AUTO_TEST_CASE(are_removed_and_then_not_found_again) {
  fs::create_directories(at("modelgate-x"));
  const auto made = control_group::make({limit_method::cgroup2, {at("modelgate-x")}}, "iris-0", {});
  BOOST_TEST_REQUIRE(made.has_value());
  BOOST_TEST(made->remove());
  BOOST_TEST(!control_group::reopen(made->record()).has_value());
  BOOST_TEST(made->remove());
}

BOOST_AUTO_TEST_CASE(that_are_not_modelgates_are_not_taken_for_a_replicas) {
  fs::create_directories(at("somebody/iris-0"));
  BOOST_TEST(!control_group::reopen({limit_method::cgroup2, {at("somebody/iris-0")}, 0}).has_value());
}

BOOST_AUTO_TEST_CASE(that_cannot_be_made_say_why) {
  file("modelgate-x", "a file");
  const auto made = control_group::make({limit_method::cgroup2, {at("modelgate-x")}}, "iris-0", {});
  BOOST_TEST_REQUIRE(!made.has_value());
  BOOST_TEST(made.error().ends_with("iris-0\" cannot be made: Not a directory"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(memory_uses)

BOOST_AUTO_TEST_CASE(are_read_from_what_the_kernel_says) {
  BOOST_TEST(parse_resident_pages("5000 123 45 1 0 300 0\n").value() == 123U);
  BOOST_TEST(!parse_resident_pages("").has_value());
  BOOST_TEST(!parse_resident_pages("5000 x").has_value());
  BOOST_TEST(
      parse_proportional("5581-7ffe ---p 00000000 00:00 0 [rollup]\nRss:   900 kB\nPss:    12 kB\nPss_Dirty: 1 kB\n")
          .value()
      == 12'288U);
  BOOST_TEST(!parse_proportional("Rss: 900 kB\n").has_value());
}

BOOST_AUTO_TEST_CASE(over_the_limit_are_told_in_words) {
  BOOST_TEST(describe_out_of_memory(536'870'912, {})
             == "OOMKilled: it needed more than the 512 MiB of memory that its instance type has");
  BOOST_TEST(describe_out_of_memory(536'870'912, 629'145'600).ends_with(" has, 600 MiB when it was ended"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime::process
