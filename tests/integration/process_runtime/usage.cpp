// What real replicas take of the machine: by control groups where there are any, and by looking at their processes.
#include "tests/integration/process_runtime/runtime_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::tests {
namespace {

using control::domain::replica_phase;
using control::domain::replica_usage;

constexpr std::uint64_t mib = 1'048'576;
const std::string name = "deploy-iris-r1-0";

/// The model's path that runs this code.
std::string run(std::string_view code) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string path = "/run?";
  for (const char each : code) {
    const auto byte = static_cast<unsigned char>(each);
    path.append("%").append(1, digits[byte / 16]).append(1, digits[byte % 16]);
  }
  return path;
}

/// Takes half a second of processor time, and says how much it was.
const std::string burn = run(R"(
begin = time.process_time()
while time.process_time() - begin < 0.5: pass
out = time.process_time() - begin
)");
/// The same in a child that nobody waits for, which has ended when the answer comes.
const std::string burn_in_a_lost_child = run(R"(
reader, writer = os.pipe()
code = """
import os, time
if os.fork(): os._exit(0)
while time.process_time() < 0.5: pass
os.write(1, b'.')
time.sleep(1)
"""
subprocess.run([sys.executable, "-c", code], stdout=writer)
os.close(writer)
out = len(os.read(reader, 1) + os.read(reader, 1))
)");

struct measured_replicas : runtime_fixture {
  void begin(config::limit_mode mode) {
    auto looked_at = settings();
    looked_at.process_runtime.limits = mode;
    looked_at.process_runtime.usage_interval = std::chrono::milliseconds{100};
    runtime.emplace(looked_at);
  }
  void start() {
    auto spec = spec_of(0);
    spec.limits = {8'000, static_cast<std::int64_t>(1'024 * mib), 0};
    BOOST_TEST_REQUIRE(runtime->start(spec).has_value());
    BOOST_TEST_REQUIRE(reaches(*runtime, name, replica_phase::ready));
  }
  replica_usage usage() const {
    replica_usage seen;
    BOOST_TEST_REQUIRE(eventually([&] {
      const auto replica = find(*runtime, name);
      if (replica && replica->usage) seen = *replica->usage;
      return replica && replica->usage;
    }));
    return seen;
  }
  bool comes_to(double cpu_seconds) const {
    return eventually([&] { return usage().cpu_seconds >= cpu_seconds; });
  }

  void check() {
    start();
    const replica_usage before = usage();
    BOOST_TEST(before.cpu_seconds < 30);
    BOOST_TEST(before.memory_limit.value() == 1'024 * mib);
    const double took = std::stod(ask(*runtime, name, burn));
    BOOST_TEST(comes_to(before.cpu_seconds + took));
    BOOST_TEST(usage().cpu_seconds < before.cpu_seconds + took + 30);

    BOOST_TEST(ask(*runtime, name, run("globals()['held'] = b'x' * (200 << 20)")) == "");
    BOOST_TEST(eventually([&] { return usage().memory_bytes >= before.memory_bytes + 190 * mib; }));
    BOOST_TEST(ask(*runtime, name, run("globals().pop('held')")) == "");
    BOOST_TEST(eventually([&] { return usage().memory_bytes < before.memory_bytes + 100 * mib; }));

    const double with_children = usage().cpu_seconds;
    BOOST_TEST(ask(*runtime, name, burn_in_a_lost_child) == "1");
    BOOST_TEST(comes_to(with_children + 0.4));
    // It has ended, and for some looks more nothing goes down.
    double last = 0;
    for (int looks = 0; looks < 8;) {
      const replica_usage now = usage();
      BOOST_TEST_REQUIRE(now.cpu_seconds >= last);
      if (now.cpu_seconds > last) ++looks;
      last = now.cpu_seconds;
      static_cast<void>(ask(*runtime, name, run("out = sum(range(300000))")));
    }
  }

  std::optional<driver> runtime;
};

BOOST_FIXTURE_TEST_SUITE(usage_of_replicas, measured_replicas)

BOOST_AUTO_TEST_CASE(is_counted_whatever_the_machine_allows) {
  begin(config::limit_mode::automatic);
  check();
}

BOOST_AUTO_TEST_CASE(is_counted_without_control_groups) {
  begin(config::limit_mode::off);
  check();
}

BOOST_AUTO_TEST_CASE(goes_on_when_a_replica_is_started_again) {
  begin(config::limit_mode::automatic);
  start();
  const double took = std::stod(ask(*runtime, name, burn));
  BOOST_TEST_REQUIRE(comes_to(took));
  static_cast<void>(ask(*runtime, name, run("os._exit(3)")));
  BOOST_TEST_REQUIRE(reaches(*runtime, name, replica_phase::exited));
  const replica_usage ended = usage();
  BOOST_TEST(ended.cpu_seconds >= took);
  BOOST_TEST(ended.memory_bytes == 0U);
  BOOST_TEST(ended.cpu_cores.value() == 0);
  start();
  BOOST_TEST(eventually([&] { return usage().memory_bytes > 0; }));
  BOOST_TEST(usage().cpu_seconds >= ended.cpu_seconds);
}

BOOST_AUTO_TEST_CASE(is_known_of_what_an_earlier_modelgate_started) {
  start_and_crash(*this, spec_of(0));
  begin(config::limit_mode::automatic);
  BOOST_TEST(usage().memory_bytes > mib);
  BOOST_TEST(eventually([&] { return usage().cpu_cores.has_value(); }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
