#include "control/runtime/kept_logs.hpp"
#include "control/runtime/log_budget.hpp"
#include "control/runtime/log_file.hpp"
#include "control/runtime/log_rate.hpp"
#include "control/runtime/process/data_layout.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <optional>
#include <sstream>

namespace modelgate::control::runtime {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kib = 1'024;

kept_file file_of(const char* name, std::uint64_t bytes, int age, bool in_use = false) {
  return {name, bytes, fs::file_time_type{} - std::chrono::hours{age}, in_use};
}

using paths = std::vector<fs::path>;

/// A data folder with replicas' logs in it.
struct kept_logs {
  kept_logs() {
    settings.data_folder = folder.path() / "data";
    settings.process_runtime.work_folder = folder.path();
    settings.process_runtime.user = "root";
    layout.emplace(settings);
  }

  void write(const std::string& replica, const std::string& file, std::size_t bytes,
             std::chrono::hours age = {}) const {
    fs::create_directories(layout->replica_folder(replica));
    const fs::path path = layout->replica_folder(replica) / file;
    std::ofstream{path} << std::string(bytes, 'x');
    fs::last_write_time(path, fs::file_time_type::clock::now() - age);
    fs::last_write_time(layout->replica_folder(replica), fs::file_time_type::clock::now() - age);
  }
  [[nodiscard]] bool has(const std::string& replica, const std::string& file = "log") const {
    return fs::exists(layout->replica_folder(replica) / file);
  }

  tests::temporary_folder folder;
  config::settings settings;
  std::optional<process::data_layout> layout;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(log_rates)

BOOST_AUTO_TEST_CASE(let_a_second_of_it_pass_at_once) {
  steady_time now{seconds{100}};
  log_rate rate{1'000, now};
  rate.spend(1'000, now);
  BOOST_TEST(rate.wait(now).count() == 0);
  rate.spend(500, now);
  BOOST_TEST(rate.wait(now).count() == 501);
  now += milliseconds{300};
  BOOST_TEST(rate.wait(now).count() == 201);
  now += milliseconds{201};
  BOOST_TEST(rate.wait(now).count() == 0);
}

BOOST_AUTO_TEST_CASE(are_kept_over_any_time) {
  steady_time now{seconds{100}};
  log_rate rate{1'000, now};
  std::size_t taken = 0;
  for (; now < steady_time{seconds{200}}; now += milliseconds{10}) {
    while (rate.wait(now).count() == 0) {
      rate.spend(300, now);
      taken += 300;
    }
  }
  BOOST_TEST(taken <= 101'000U + 300U);
  BOOST_TEST(taken >= 99'000U);
}

BOOST_AUTO_TEST_CASE(save_no_more_than_a_second) {
  log_rate rate{1'000, steady_time{}};
  const steady_time later{std::chrono::hours{5}};
  rate.spend(1'500, later);
  BOOST_TEST(rate.wait(later).count() == 501);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(log_budgets)

BOOST_AUTO_TEST_CASE(give_each_running_replica_its_part) {
  BOOST_TEST(rotation_size(100 * kib, 1'000 * kib, 1) == 100 * kib);
  BOOST_TEST(rotation_size(100 * kib, 1'000 * kib, 5) == 100 * kib);
  BOOST_TEST(rotation_size(100 * kib, 1'000 * kib, 10) == 50 * kib);
  BOOST_TEST(rotation_size(100 * kib, 1'000 * kib, 0) == 100 * kib);
  BOOST_TEST(rotation_size(100 * kib, 1'000 * kib, 10'000) == 32 * kib);  // a record has to fit
}

BOOST_AUTO_TEST_CASE(let_the_oldest_go_first) {
  const std::vector<kept_file> files{file_of("a/log", 10, 0, true), file_of("a/log.1", 100, 1),
                                     file_of("a/previous", 100, 3), file_of("gone/log", 100, 2),
                                     file_of("gone/log.1", 100, 4)};
  // 250 of them stand aside for what the running one may write.
  BOOST_TEST((over_budget(files, 450, 250) == paths{"a/previous", "gone/log.1"}));
  BOOST_TEST((over_budget(files, 1'000, 250) == paths{}));
  BOOST_TEST((over_budget(files, 0, 250) == paths{"a/log.1", "gone/log", "a/previous", "gone/log.1"}));
}

BOOST_AUTO_TEST_CASE(never_take_what_is_written_to) {
  BOOST_TEST((over_budget({file_of("a/log", 1'000, 9, true)}, 10, 10) == paths{}));
}

BOOST_AUTO_TEST_CASE(hold_whatever_is_written) {
  tests::temporary_folder folder;
  constexpr std::size_t budget = 200 * kib;
  const auto total = [&] {
    std::size_t sum = 0;
    for (const kept_file& each : list_log_files(folder.path(), true)) sum += each.bytes;
    return sum;
  };
  log_file* writer = nullptr;
  log_file file{folder.path(), 60 * kib, [&] {
                  writer->set_rotate_bytes(rotation_size(60 * kib, budget, 1));
                  for (const fs::path& each : over_budget(list_log_files(folder.path(), true), budget, 60 * kib))
                    fs::remove(each);
                }};
  writer = &file;
  const std::string record(999, 'x');
  for (int instance = 0; instance < 3; ++instance) {
    file.begin_instance();
    for (int i = 0; i < 400; ++i) {
      file.append(record + "\n");
      BOOST_TEST_REQUIRE(total() <= budget);
    }
  }
  BOOST_TEST(total() > budget / 3);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(log_rotation)

BOOST_AUTO_TEST_CASE(cuts_a_piece_that_is_too_large_between_records) {
  tests::temporary_folder folder;
  int rotations = 0;
  log_file file{folder.path(), 100, [&] { ++rotations; }};
  std::string records;
  for (int i = 0; i < 10; ++i) records += std::string(38, static_cast<char>('0' + i)) + "\n";
  file.append(records);
  BOOST_TEST(rotations == 4);
  for (const char* name : {"log", "log.1"}) BOOST_TEST(fs::file_size(folder.path() / name) == 78U, name);
}

BOOST_AUTO_TEST_CASE(leaves_a_record_whole_that_is_larger_than_a_file) {
  tests::temporary_folder folder;
  log_file file{folder.path(), 10};
  file.append("short\n" + std::string(50, 'x') + "\nend\n");
  BOOST_TEST(fs::file_size(folder.path() / "log.1") == 51U);
  BOOST_TEST(fs::file_size(folder.path() / "log") == 4U);
}

BOOST_AUTO_TEST_CASE(that_fails_loses_nothing) {
  tests::temporary_folder folder;
  fs::create_directories(folder.path() / "log.1/in the way");
  log_file file{folder.path(), 10};
  for (int i = 0; i < 3; ++i) file.append("a record\n");
  BOOST_TEST(fs::file_size(folder.path() / "log") == 27U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(logs_that_are_kept, kept_logs)

BOOST_AUTO_TEST_CASE(are_found_by_their_deployment) {
  write("deploy-iris-r1-0", "log", 1);
  write("deploy-iris-r2-0", "previous", 1);
  write("deploy-iris-2-r1-0", "log", 1);
  write("deploy-iris-r1-1", "replica.json", 1);
  BOOST_TEST((find_logs(layout->replicas_folder(), "iris")
              == std::vector<std::string>{"deploy-iris-r1-0", "deploy-iris-r2-0"}));
  BOOST_TEST(find_logs(layout->replicas_folder(), "nobody").empty());
}

BOOST_AUTO_TEST_CASE(go_when_their_time_is_over_but_for_those_of_replicas_that_are_there) {
  const std::chrono::hours hour{1};
  write("deploy-iris-r1-0", "log", 1, 3 * hour);
  write("deploy-iris-r1-1", "log", 1, 1 * hour);
  write("deploy-iris-r1-2", "replica.json", 1, 9 * hour);
  write("deploy-iris-r1-2", "log", 1, 9 * hour);
  remove_old_logs(layout->replicas_folder(), 2 * hour);
  BOOST_TEST(!has("deploy-iris-r1-0"));
  BOOST_TEST(has("deploy-iris-r1-1"));
  BOOST_TEST(has("deploy-iris-r1-2"));
}

BOOST_AUTO_TEST_CASE(go_with_their_deployment) {
  write("deploy-iris-r1-0", "log", 1);
  write("deploy-iris-2-r1-0", "log", 1);
  write("deploy-iris-r2-0", "replica.json", 1);
  write("deploy-iris-r2-0", "log", 1);
  remove_logs_of(layout->replicas_folder(), "iris");
  BOOST_TEST(!has("deploy-iris-r1-0"));
  BOOST_TEST(has("deploy-iris-2-r1-0"));
  BOOST_TEST(has("deploy-iris-r2-0"));
}

BOOST_AUTO_TEST_CASE(share_the_budget_of_their_deployment) {
  const std::chrono::hours hour{1};
  write("deploy-iris-r2-0", "log", 10'000);
  write("deploy-iris-r2-0", "log.1", 50'000, 1 * hour);
  write("deploy-iris-r1-0", "log", 50'000, 2 * hour);
  write("deploy-iris-r1-1", "log", 50'000, 3 * hour);
  write("deploy-other-r1-0", "log", 500'000, 9 * hour);
  keep_to_budget(layout->replicas_folder(), "iris", {"deploy-iris-r2-0"}, 200'000, 90'000);
  BOOST_TEST(has("deploy-iris-r2-0"));
  BOOST_TEST(has("deploy-iris-r2-0", "log.1"));
  BOOST_TEST(has("deploy-iris-r1-0"));
  BOOST_TEST(!has("deploy-iris-r1-1"));
  BOOST_TEST(has("deploy-other-r1-0"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime
