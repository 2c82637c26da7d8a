#include "control/runtime/process/cgroup_table.hpp"
#include "control/runtime/process/control_group.hpp"
#include "control/runtime/process/cpu_ledger.hpp"
#include "control/runtime/usage_meter.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

namespace modelgate::control::runtime::process {
namespace {

namespace fs = std::filesystem;
using boost::test_tools::tolerance;

constexpr double close_to = 1e-9;

/// A control group as the kernel would show it, in a folder of the test's own.
struct shown_group {
  void file(const std::string& path, const std::string& text) const {
    fs::create_directories((folder.path() / path).parent_path());
    std::ofstream{folder.path() / path} << text;
  }
  [[nodiscard]] usage_sample read(limit_method method, const std::vector<std::string>& controllers) const {
    group_record record{method, {}, 0};
    for (const std::string& each : controllers) record.folders.push_back(folder.path() / each / "modelgate-x/iris-0");
    return control_group::reopen(record).value().usage();
  }

  tests::temporary_folder folder;
};

steady_time second(double after) {
  return steady_time{} + std::chrono::hours{1}
         + std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>{after});
}

process_status process(pid_t pid, std::uint64_t own, std::uint64_t waited = 0, std::uint64_t start_time = 1) {
  process_status status;
  status.pid = pid;
  status.start_time = start_time;
  status.own_ticks = own;
  status.waited_ticks = waited;
  return status;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(usage_of_control_groups, shown_group)

BOOST_AUTO_TEST_CASE(is_read_from_version_2) {
  file("v2/modelgate-x/iris-0/cpu.stat",
       "usage_usec 1500000\nuser_usec 1400000\nsystem_usec 100000\nnr_periods 9\nnr_throttled 2\nthrottled_usec "
       "250000\n");
  file("v2/modelgate-x/iris-0/memory.current", "1048576\n");
  file("v2/modelgate-x/iris-0/memory.stat", "anon 700000\nfile 348576\ninactive_file_x 7\ninactive_file 48576\n");
  const usage_sample taken = read(limit_method::cgroup2, {"v2"});
  BOOST_TEST(taken.cpu_seconds.value() == 1.5, tolerance(close_to));
  BOOST_TEST(taken.throttled_seconds.value() == 0.25, tolerance(close_to));
  BOOST_TEST(taken.memory_bytes.value() == 1'000'000U);
}

BOOST_AUTO_TEST_CASE(is_read_from_version_1_wherever_its_controllers_are_mounted) {
  file("memory/modelgate-x/iris-0/memory.usage_in_bytes", "5000\n");
  file("memory/modelgate-x/iris-0/memory.stat", "inactive_file 1\ntotal_inactive_file 9000\n");
  file("cpu/modelgate-x/iris-0/cpu.stat", "nr_periods 9\nnr_throttled 2\nthrottled_time 2000000000\n");
  file("cpuacct/modelgate-x/iris-0/cpuacct.usage", "3500000000\n");
  const usage_sample taken = read(limit_method::cgroup1, {"memory", "cpu", "cpuacct"});
  BOOST_TEST(taken.cpu_seconds.value() == 3.5, tolerance(close_to));
  BOOST_TEST(taken.throttled_seconds.value() == 2.0, tolerance(close_to));
  BOOST_TEST(taken.memory_bytes.value() == 0U);  // never less than nothing
}

BOOST_AUTO_TEST_CASE(is_unknown_where_the_kernel_does_not_say_it) {
  file("memory/modelgate-x/iris-0/memory.usage_in_bytes", "soon\n");
  file("cpu/modelgate-x/iris-0/cpu.stat", "");
  const usage_sample taken = read(limit_method::cgroup1, {"memory", "cpu"});
  BOOST_TEST(!taken.cpu_seconds.has_value());
  BOOST_TEST(!taken.throttled_seconds.has_value());
  BOOST_TEST(!taken.memory_bytes.has_value());
}

BOOST_AUTO_TEST_CASE(is_found_by_its_whole_key) {
  BOOST_TEST(parse_group_number("a_b 1\nb 2\nbc 3", "b").value() == 2U);
  BOOST_TEST(parse_group_number("a_b 1\nb 2\nbc 3", "bc").value() == 3U);
  for (const char* text : {"", "b", "b ", "b x", "b 1x", "b -1", "c 1"}) {
    BOOST_TEST(!parse_group_number(text, "b").has_value(), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(processor_time_of_processes)

BOOST_AUTO_TEST_CASE(is_read_with_that_of_the_children_that_were_waited_for) {
  const auto status = parse_process_status(
      "7 (a) S 1 7 7 0 -1 4194560 1 2 3 4 100 20 3000 400 20 0 1 0 123456 0 0 18446744073709551615\n");
  BOOST_TEST_REQUIRE(status.has_value());
  BOOST_TEST(status->own_ticks == 120U);
  BOOST_TEST(status->waited_ticks == 3'400U);
  BOOST_TEST(!parse_process_status("7 (a) S 1 7 7 0 -1 0 1 2 3 4 x 20 0 0 20 0 1 0 7 0").has_value());
}

BOOST_AUTO_TEST_CASE(moves_to_the_parent_that_waits) {
  cpu_ledger ledger;
  ledger.look({process(10, 5), process(11, 100)});
  BOOST_TEST(ledger.total() == 105U);
  ledger.look({process(10, 6, 130)});  // 30 more between the look and the end
  BOOST_TEST(ledger.total() == 136U);
  ledger.look({process(10, 7, 130)});
  BOOST_TEST(ledger.total() == 137U);
}

BOOST_AUTO_TEST_CASE(does_not_go_with_a_process_that_nobody_waits_for) {
  cpu_ledger ledger;
  ledger.look({process(10, 5), process(11, 100), process(12, 40, 8)});
  ledger.look({process(10, 5)});
  BOOST_TEST(ledger.total() == 153U);
  ledger.look({process(10, 9), process(13, 1)});
  BOOST_TEST(ledger.total() == 158U);
  ledger.look({});
  BOOST_TEST(ledger.total() == 158U);
}

BOOST_AUTO_TEST_CASE(is_counted_once_of_one_that_has_ended_and_waits_for_its_parent) {
  cpu_ledger ledger;
  ledger.look({process(10, 0), process(11, 100)});
  const auto missing = ledger.missing({process(10, 0)});
  BOOST_TEST_REQUIRE(missing.size() == 1U);
  BOOST_TEST(missing.front().pid == 11);
  ledger.look({process(10, 0), process(11, 110)});  // the caller found it to be there still
  ledger.look({process(10, 0, 110)});
  BOOST_TEST(ledger.total() == 110U);
}

BOOST_AUTO_TEST_CASE(is_not_mixed_up_by_a_pid_that_is_used_again) {
  cpu_ledger ledger;
  ledger.look({process(10, 100)});
  ledger.look({process(10, 1, 0, 99)});
  BOOST_TEST(ledger.total() == 101U);
}

BOOST_AUTO_TEST_CASE(never_goes_down_whatever_happens) {
  cpu_ledger ledger;
  std::uint64_t last = 0;
  std::uint64_t seed = 7;
  const auto next = [&](std::uint64_t below) { return (seed = seed * 6'364'136'223'846'793'005U + 1) % below; };
  for (int i = 0; i < 2'000; ++i) {
    std::vector<process_status> now;
    for (pid_t pid = 1; pid < 6; ++pid) {
      if (next(3) > 0) now.push_back(process(pid, static_cast<std::uint64_t>(i) + next(3), i / 2U, 1 + next(2)));
    }
    ledger.look(now);
    BOOST_TEST_REQUIRE(ledger.total() >= last);
    last = ledger.total();
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(usage_meters)

BOOST_AUTO_TEST_CASE(tell_cores_of_the_last_interval) {
  usage_meter meter;
  BOOST_TEST(!meter.read(0).has_value());
  meter.begin_instance(second(0));
  meter.look({1.0, {}, 100}, second(4));
  BOOST_TEST(meter.read(0)->cpu_cores.value() == 0.25, tolerance(close_to));
  meter.look({4.0, 0.5, 200}, second(6));
  const auto usage = meter.read(1'000).value();
  BOOST_TEST(usage.cpu_cores.value() == 1.5, tolerance(close_to));
  BOOST_TEST(usage.cpu_seconds == 4.0);
  BOOST_TEST(usage.throttled_seconds.value() == 0.5);
  BOOST_TEST(usage.memory_bytes == 200U);
  BOOST_TEST(usage.memory_limit.value() == 1'000U);
  BOOST_TEST((usage.at == second(6)));
}

BOOST_AUTO_TEST_CASE(go_on_over_a_restart) {
  usage_meter meter;
  meter.begin_instance(second(0));
  meter.look({3.0, 1.0, 100}, second(1));
  meter.end_instance(second(2));
  BOOST_TEST(meter.read(0)->cpu_seconds == 3.0);
  BOOST_TEST(meter.read(0)->cpu_cores.value() == 0.0);
  BOOST_TEST(meter.read(0)->memory_bytes == 0U);
  meter.begin_instance(second(10));
  meter.look({0.5, 0.25, 70}, second(11));
  BOOST_TEST(meter.read(0)->cpu_seconds == 3.5);
  BOOST_TEST(meter.read(0)->cpu_cores.value() == 0.5, tolerance(close_to));
  BOOST_TEST(meter.read(0)->throttled_seconds.value() == 1.25);
}

BOOST_AUTO_TEST_CASE(do_not_take_what_an_adopted_one_did_before_for_what_it_does_now) {
  usage_meter meter;
  meter.resume_instance();
  meter.look({500.0, {}, 100}, second(1));
  BOOST_TEST(meter.read(0)->cpu_seconds == 500.0);
  BOOST_TEST(!meter.read(0)->cpu_cores.has_value());
  meter.look({501.0, {}, 100}, second(3));
  BOOST_TEST(meter.read(0)->cpu_cores.value() == 0.5, tolerance(close_to));
}

BOOST_AUTO_TEST_CASE(never_count_down) {
  usage_meter meter;
  meter.begin_instance(second(0));
  meter.look({5.0, {}, 100}, second(1));
  meter.look({4.0, {}, 100}, second(2));
  BOOST_TEST(meter.read(0)->cpu_seconds == 5.0);
  BOOST_TEST(meter.read(0)->cpu_cores.value() == 0.0);
}

BOOST_AUTO_TEST_CASE(keep_what_was_known_when_a_look_fails) {
  usage_meter meter;
  meter.begin_instance(second(0));
  meter.look({1.0, {}, 100}, second(1));
  meter.look({}, second(2));
  BOOST_TEST(meter.read(0)->memory_bytes == 100U);
  meter.look({2.0, {}, {}}, second(3));
  BOOST_TEST(meter.read(0)->cpu_cores.value() == 0.5, tolerance(close_to));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime::process
