#include "control/store/database.hpp"

#include "control/domain/quota.hpp"
#include "control/store/access_token_store.hpp"
#include "control/store/bootstrap.hpp"
#include "control/store/connection.hpp"
#include "control/store/migrations.hpp"
#include "tests/unit/store/fixture.hpp"

#include "modelgate/base/log.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <boost/test/unit_test.hpp>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

namespace modelgate::tests {
namespace {

struct quiet_log {
  quiet_log() { log::set_level(log::level::off); }
  ~quiet_log() { log::set_level(log::level::info); }
};

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status {};
  BOOST_REQUIRE_EQUAL(::stat(path.c_str(), &status), 0);
  return status.st_mode & 0777U;
}

/// Checks that opening fails, with these words in the one line that says why.
void check_refused(const std::filesystem::path& folder, std::initializer_list<const char*> words) {
  try {
    store::database{folder};
    BOOST_ERROR("the store was opened");
  } catch (const std::runtime_error& error) {
    const std::string text = error.what();
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(text.find('\n') == std::string::npos);
      for (const char* word : words) BOOST_TEST(text.find(word) != std::string::npos, word);
    }
  }
}

constexpr auto count_groups = [](store::transaction& within) { return store::group_store{within}.list().size(); };

BOOST_AUTO_TEST_SUITE(database)

BOOST_AUTO_TEST_CASE(makes_a_private_folder_and_private_files) {
  const temporary_folder base;
  const auto folder = base.path() / "deep" / "data";
  store::database database{folder};
  furnish(database);
  BOOST_TEST(mode_of(folder) == 0700u);
  BOOST_TEST(mode_of(folder / "modelgate.db") == 0600u);
  BOOST_TEST(mode_of(folder / "modelgate.db-wal") == 0600u);
  BOOST_TEST(mode_of(folder / "modelgate.lock") == 0600u);
}

BOOST_AUTO_TEST_CASE(keeps_everything_over_a_restart) {
  const temporary_folder folder;
  {
    store::database database{folder.path()};
    furnish(database);
  }
  store::database again{folder.path()};
  BOOST_TEST((look(again, [](auto& within) { return store::group_store{within}.find("research"); }) == research()));
}

BOOST_AUTO_TEST_CASE(a_folder_in_use_is_refused_with_one_line) {
  const temporary_folder folder;
  const store::database first{folder.path()};
  check_refused(folder.path(),
                {"in use by another modelgate", std::to_string(::getpid()).c_str(), folder.path().c_str()});
}

BOOST_AUTO_TEST_CASE(what_is_not_a_store_is_refused_with_one_line) {
  const temporary_folder text;
  std::ofstream{text.path() / "modelgate.db"}
      << "this is a letter and by no means a database, however long one reads on";
  check_refused(text.path(), {"cannot be opened"});

  const temporary_folder other;
  SQLite::Database{(other.path() / "modelgate.db").string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}.exec(
      "CREATE TABLE songs (title TEXT)");
  check_refused(other.path(), {"is not a store of modelgate"});

  check_refused("/proc/modelgate", {"/proc/modelgate"});
}

BOOST_FIXTURE_TEST_CASE(an_error_rolls_back_everything, furnished) {
  const auto answer = database.write([](store::transaction& within) -> result<int> {
    store::group_store{within}.erase("research");
    return make_error_code(errc::already_exists);
  });
  BOOST_TEST((answer.error() == errc::already_exists));
  BOOST_TEST(look(database, count_groups) == 1u);
}

BOOST_FIXTURE_TEST_CASE(tells_of_each_commit_and_of_nothing_else, furnished) {
  int told = 0;
  database.set_commit_listener([&] { ++told; });
  change(database, [](auto& within) { store::group_store{within}.erase("research"); });
  BOOST_TEST(told == 1);
  BOOST_TEST(look(database, count_groups) == 0u);
  const auto refused =
      database.write([](store::transaction&) -> result<int> { return make_error_code(errc::already_exists); });
  BOOST_TEST(!refused.has_value());
  BOOST_TEST(told == 1);
}

BOOST_FIXTURE_TEST_CASE(a_failing_statement_rolls_back_everything, furnished) {
  const quiet_log quiet;
  const auto answer = database.write([](store::transaction& within) -> result<int> {
    store::group_store groups{within};
    groups.erase("research");
    auto strangers = research();
    strangers.members = {"nobody-knows"};
    groups.insert(strangers);
    return 1;
  });
  BOOST_TEST((answer.error() == errc::storage_unavailable));
  BOOST_TEST(look(database, count_groups) == 1u);
  change(database, [](auto& within) { store::group_store{within}.erase("research"); });
  BOOST_TEST(look(database, count_groups) == 0u);
}

BOOST_FIXTURE_TEST_CASE(an_exception_of_the_body_leaves_nothing_behind, furnished) {
  BOOST_CHECK_THROW(static_cast<void>(database.write([](store::transaction& within) -> result<int> {
                      store::group_store{within}.erase("research");
                      throw std::logic_error{"a bug"};
                    })),
                    std::logic_error);
  BOOST_TEST(look(database, count_groups) == 1u);
  change(database, [](auto& within) { store::group_store{within}.erase("research"); });
}

BOOST_AUTO_TEST_CASE(a_locked_file_is_an_error_and_reading_goes_on) {
  const temporary_folder folder;
  store::database database{folder.path(), {.busy_timeout = std::chrono::milliseconds{20}}};
  furnish(database);
  SQLite::Database other{(folder.path() / "modelgate.db").string(), SQLite::OPEN_READWRITE};
  other.exec("BEGIN IMMEDIATE");
  const quiet_log quiet;
  const auto answer = database.write([](store::transaction&) -> result<int> { return 1; });
  BOOST_TEST((answer.error() == errc::storage_unavailable));
  BOOST_TEST(look(database, count_groups) == 1u);
  other.exec("ROLLBACK");
  BOOST_TEST(database.write([](store::transaction&) -> result<int> { return 1; }).value() == 1);
}

BOOST_AUTO_TEST_CASE(a_change_waits_for_its_turn_only_so_long) {
  const temporary_folder folder;
  store::database database{folder.path(), {.busy_timeout = std::chrono::milliseconds{20}}};
  const quiet_log quiet;
  // The inner change stands for another thread's: the writer's turn is taken.
  const auto outer = database.write([&](store::transaction&) -> result<bool> {
    const auto inner = database.write([](store::transaction&) -> result<int> { return 1; });
    return inner.has_error() && inner.error() == errc::storage_unavailable;
  });
  BOOST_TEST(outer.value());
}

BOOST_FIXTURE_TEST_CASE(a_full_disk_is_an_error_and_nothing_is_half_done, furnished) {
  // A limit on the size of files is a full disk to SQLite.
  const auto previous = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  BOOST_REQUIRE_EQUAL(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  rlimit full = limit;
  full.rlim_cur = std::filesystem::file_size(folder.path() / "modelgate.db-wal");
  BOOST_REQUIRE_EQUAL(::setrlimit(RLIMIT_FSIZE, &full), 0);
  log::set_level(log::level::off);
  const auto answer = database.write([](store::transaction& within) -> result<int> {
    store::deployment_store deployments{within};
    for (int i = 0; i < 50; ++i) deployments.insert(iris("iris-" + std::to_string(i)));
    return 1;
  });
  BOOST_REQUIRE_EQUAL(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  log::set_level(log::level::info);
  std::signal(SIGXFSZ, previous);
  BOOST_TEST((answer.error() == errc::storage_unavailable));
  const auto count = [](store::transaction& within) { return store::deployment_store{within}.list_all().size(); };
  BOOST_TEST(look(database, count) == 0u);
  change(database, [](auto& within) { store::deployment_store{within}.insert(iris()); });
  BOOST_TEST(look(database, count) == 1u);
}

BOOST_FIXTURE_TEST_CASE(two_changes_at_once_cannot_both_take_the_last_of_a_quota, furnished) {
  // Four cores; each takes three.
  std::atomic<int> passed{0};
  std::atomic<int> waiting{2};
  const auto create = [&](const char* id) {
    --waiting;
    while (waiting > 0) std::this_thread::yield();
    const auto answer = database.write([&](store::transaction& within) -> result<int> {
      store::deployment_store deployments{within};
      const auto group = store::group_store{within}.find("research");
      const domain::group_usage asked{cpu_1().per_replica * 6, 1};
      if (!domain::check_quota(*group, deployments.usage_of("research"), asked).fits()) {
        return make_error_code(errc::permission_denied);
      }
      auto deployment = iris(id);
      deployment.current.spec.replicas = 6;
      deployments.insert(deployment);
      return 1;
    });
    if (answer) ++passed;
  };
  std::thread one{create, "one"};
  std::thread two{create, "two"};
  one.join();
  two.join();
  BOOST_TEST(passed == 1);
  BOOST_TEST(look(database, [](auto& within) { return store::deployment_store{within}.list_all().size(); }) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(migrations)

BOOST_AUTO_TEST_CASE(only_the_missing_steps_are_made) {
  const temporary_folder folder;
  const auto file = folder.path() / "some.db";
  std::ofstream{file}.close();
  store::connection on{file, store::connection::access::write, std::chrono::milliseconds{20}};
  const std::array<store::migration, 3> steps{{{"CREATE TABLE one (a TEXT); INSERT INTO one VALUES ('kept')"},
                                               {"ALTER TABLE one ADD COLUMN b TEXT"},
                                               {"UPDATE one SET b = a"}}};
  store::migrate(on, std::span{steps}.first(1), file);
  store::migrate(on, steps, file);
  store::migrate(on, steps, file);
  auto query = on.prepare("SELECT a, b FROM one");
  BOOST_REQUIRE(query.next());
  BOOST_TEST(query.text(1) == "kept");
  BOOST_TEST(!query.next());
}

BOOST_AUTO_TEST_CASE(a_step_that_fails_leaves_the_schema_before_it) {
  const temporary_folder folder;
  const auto file = folder.path() / "some.db";
  std::ofstream{file}.close();
  store::connection on{file, store::connection::access::write, std::chrono::milliseconds{20}};
  const std::array<store::migration, 2> steps{
      {{"CREATE TABLE one (a TEXT)"}, {"CREATE TABLE two (a TEXT); SELECT nonsense"}}};
  BOOST_CHECK_THROW(store::migrate(on, steps, file), SQLite::Exception);
  BOOST_TEST(!on.in_transaction());
  auto tables = on.prepare("SELECT group_concat(name) FROM sqlite_schema");
  BOOST_REQUIRE(tables.next());
  BOOST_TEST(tables.text(0) == "one");
  auto version = on.prepare("PRAGMA user_version");
  BOOST_REQUIRE(version.next());
  BOOST_TEST(version.integer(0) == 1);
}

BOOST_AUTO_TEST_CASE(a_newer_schema_is_refused_with_one_line) {
  const temporary_folder folder;
  { const store::database database{folder.path()}; }
  SQLite::Database{(folder.path() / "modelgate.db").string(), SQLite::OPEN_READWRITE}.exec("PRAGMA user_version = 99");
  check_refused(folder.path(), {"schema 99", "use the newer version"});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(bootstrap)

BOOST_AUTO_TEST_CASE(the_first_start_makes_an_administrator_and_the_second_does_not) {
  const temporary_folder folder;
  const auto key = crypto::token_key::load_or_create(folder.path() / "token.key").value();
  std::string first_token;
  {
    store::database database{folder.path()};
    const auto file = store::bootstrap(folder.path(), key, database, noon);
    BOOST_REQUIRE(file.has_value());
    BOOST_TEST(*file == folder.path() / "initial-admin-token");
    BOOST_TEST(mode_of(*file) == 0600u);
    std::ifstream{*file} >> first_token;
    BOOST_TEST((crypto::inspect_token(crypto::token_kind::api, first_token) == crypto::token_form::well_formed));
  }
  store::database database{folder.path()};
  const auto same_key = crypto::token_key::load_or_create(folder.path() / "token.key").value();
  BOOST_TEST(!store::bootstrap(folder.path(), same_key, database, noon).has_value());
  const auto record = look(database, [&](auto& within) {
    return store::access_token_store{within}.find_by_digest(same_key.hash(first_token));
  });
  BOOST_REQUIRE(record.has_value());
  BOOST_TEST(record->user == "admin");
  BOOST_TEST(first_token.starts_with(record->prefix));
  const auto who = look(database, [](auto& within) { return store::user_store{within}.principal_of("admin"); });
  BOOST_TEST(who->is_platform_admin());
}

BOOST_AUTO_TEST_CASE(a_token_that_cannot_be_written_makes_no_administrator) {
  const temporary_folder folder;
  store::database database{folder.path()};
  std::filesystem::create_directory(folder.path() / "initial-admin-token");
  const auto key = crypto::token_key::generate();
  BOOST_CHECK_THROW(static_cast<void>(store::bootstrap(folder.path(), key, database, noon)), std::runtime_error);
  BOOST_TEST(look(database, [](auto& within) { return store::user_store{within}.empty(); }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
