#include "control/store/backup.hpp"

#include "control/store/backup_file.hpp"
#include "control/store/restore.hpp"
#include "tests/unit/store/fixture.hpp"

#include <SQLiteCpp/Database.h>
#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

namespace modelgate::tests {
namespace {

namespace fs = std::filesystem;

/// Of a store that a restore has replaced.
const std::set<std::string> put_aside{"modelgate.db", "modelgate.db-shm", "modelgate.db-wal", "old-token", "token.key"};
const std::string key_text = "thirty-two bytes of a token key.";

void write(const fs::path& file, const std::string& text) {
  std::ofstream{file, std::ios::binary} << text;
}

std::string read(const fs::path& file) {
  std::ifstream stream{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  BOOST_REQUIRE_EQUAL(::stat(path.c_str(), &status), 0);
  return status.st_mode & 0777U;
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator{folder}) names.insert(entry.path().filename().string());
  return names;
}

template <class Action>
void check_refused(Action action, std::initializer_list<const char*> words) {
  try {
    action();
    BOOST_ERROR("it was not refused");
  } catch (const std::runtime_error& error) {
    const std::string text = error.what();
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(text.find('\n') == std::string::npos);
      for (const char* word : words) BOOST_TEST(text.find(word) != std::string::npos, word);
    }
  }
}

void add_iris(store::database& database, const std::string& id) {
  change(database, [&](auto& within) { store::deployment_store{within}.insert(iris(id)); });
}

std::size_t count_of_deployments(const fs::path& folder) {
  store::database database{folder};
  return look(database, [](auto& within) { return store::deployment_store{within}.list_all().size(); });
}

/// A data folder with a deployment and secret files, in use, and room for what is made of it.
struct in_use {
  temporary_folder base;
  fs::path folder = base.path() / "data";
  fs::path file = base.path() / "one.backup";
  fs::path other = base.path() / "other";
  std::optional<store::database> database{folder};

  in_use() {
    furnish(*database);
    add_iris(*database, "iris");
    write(folder / "token.key", key_text);
    write(folder / "secret.key", "added by a later version");
    write(folder / "initial-admin-token", "mga_token\n");
    write(folder / "demo-password", "a password\n");
    write(folder / "ports.json", "{}");
    write(folder / "instance-id", "here");
  }

  store::backup_facts back_up(bool replace = false) { return store::make_backup(folder, file, replace, noon); }

  /// A store with other content, and a key of its own.
  void make_other() {
    {
      store::database made{other};
      furnish(made);
    }
    write(other / "token.key", "another key");
    write(other / "old-token", "of the other one");
    write(other / "instance-id", "there");
  }
};

BOOST_FIXTURE_TEST_SUITE(backup, in_use)

BOOST_AUTO_TEST_CASE(holds_the_store_and_every_secret_file_and_is_private) {
  const auto facts = back_up();
  BOOST_TEST(
      (facts.files == std::vector<std::string>{"demo-password", "initial-admin-token", "secret.key", "token.key"}));
  BOOST_TEST((facts.made_at == noon));
  BOOST_TEST(mode_of(file) == 0600u);
  BOOST_TEST((names_in(base.path()) == std::set<std::string>{"data", "one.backup"}));
  store::restore_backup(file, other, false);
  BOOST_TEST((names_in(other)
              == std::set<std::string>{"demo-password", "initial-admin-token", "modelgate.db", "modelgate.lock",
                                       "secret.key", "token.key"}));
  BOOST_TEST(mode_of(other) == 0700u);
  for (const char* name : {"demo-password", "initial-admin-token", "modelgate.db", "secret.key", "token.key"}) {
    BOOST_TEST(mode_of(other / name) == 0600u, name);
  }
  BOOST_TEST(read(other / "token.key") == key_text);
  BOOST_TEST(read(other / "initial-admin-token") == "mga_token\n");
  store::database restored{other};
  BOOST_TEST((look(restored, [](auto& within) { return store::group_store{within}.find("research"); }) == research()));
  BOOST_TEST(look(restored, [](auto& within) { return store::deployment_store{within}.exists("iris"); }));
}

BOOST_AUTO_TEST_CASE(leaves_no_secret_in_the_restored_store) {
  back_up();
  BOOST_TEST(read(file).find(key_text) != std::string::npos);
  store::restore_backup(file, other, false);
  BOOST_TEST(read(other / "modelgate.db").find(key_text) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(is_of_one_moment_while_changes_go_on) {
  std::atomic<bool> ending{false};
  std::atomic<int> made{0};
  std::thread changing{[&] {
    for (int i = 0; !ending; ++i) {
      change(*database, [&](auto& within) {  // two at a time, so a copy of half a change has an odd number
        store::deployment_store deployments{within};
        deployments.insert(iris("left-" + std::to_string(i)));
        deployments.insert(iris("right-" + std::to_string(i)));
      });
      ++made;
    }
  }};
  for (int i = 0; i < 5; ++i) {
    const int before = made;
    while (made == before) std::this_thread::yield();
    const std::size_t promised = 1 + 2 * static_cast<std::size_t>(made.load());
    back_up(true);
    const fs::path restored = base.path() / std::to_string(i);
    store::restore_backup(file, restored, false);
    const std::size_t count = count_of_deployments(restored);
    BOOST_TEST(count % 2 == 1u);
    BOOST_TEST(count >= promised);
  }
  ending = true;
  changing.join();
}

BOOST_AUTO_TEST_CASE(is_made_of_a_store_that_nobody_uses_and_leaves_it_tidy) {
  database.reset();
  const auto before = names_in(folder);
  back_up();
  const auto after = names_in(folder);
  BOOST_TEST(std::includes(before.begin(), before.end(), after.begin(), after.end()));
}

BOOST_AUTO_TEST_CASE(replaces_nothing_unasked_and_leaves_nothing_when_it_fails) {
  write(file, "something else");
  check_refused([&] { back_up(); }, {"one.backup is there already", "--force"});
  BOOST_TEST(read(file) == "something else");
  back_up(true);
  BOOST_TEST(store::check_backup(file).files.size() == 4u);
  check_refused([&] { store::make_backup(base.path() / "none", base.path() / "two", false, noon); },
                {"has no store in it"});
  check_refused([&] { store::make_backup(folder, base.path() / "no/two", false, noon); }, {"no/two"});
  BOOST_TEST((names_in(base.path()) == std::set<std::string>{"data", "one.backup"}));
}

BOOST_AUTO_TEST_CASE(that_is_cut_short_or_changed_is_refused) {
  back_up();
  const std::string good = read(file);
  const fs::path broken = base.path() / "broken";
  const auto refused = [&](const std::string& content, const char* why) {
    write(broken, content);
    BOOST_TEST_CONTEXT(why) check_refused([&] { store::restore_backup(broken, other, false); }, {"broken"});
  };
  refused("", "empty");
  refused("a letter and by no means a backup, however long one reads on", "a letter");
  for (std::size_t part = 1; part < 8; ++part) refused(good.substr(0, good.size() * part / 8), "cut");
  for (const std::string& text : {key_text, std::string{"demo/iris:1.0"}, std::string{"mga_token"}}) {
    std::string changed = good;
    changed[changed.find(text) + 3] ^= 1;
    refused(changed, text.c_str());
  }
  refused(read(folder / "modelgate.db"), "a store");
  BOOST_TEST(!fs::exists(other));
}

BOOST_AUTO_TEST_CASE(whose_schema_was_changed_is_refused) {
  back_up();
  // A rule that goes without a trace in any row.
  std::string changed = read(file);
  const std::string rule = "deleting INTEGER NOT NULL DEFAULT 0";
  BOOST_TEST_REQUIRE(changed.find(rule) != std::string::npos);
  changed[changed.find(rule) + rule.size() - 1] = '1';
  write(file, changed);
  check_refused([&] { store::restore_backup(file, other, false); }, {"is damaged"});
  BOOST_TEST(!fs::exists(other));
}

BOOST_AUTO_TEST_CASE(from_before_the_schema_was_covered_is_restored_and_still_checked) {
  back_up();
  {
    SQLite::Database made{file.string(), SQLite::OPEN_READWRITE};
    SQLite::Statement facts{made, "UPDATE backup_facts SET digest = ?"};
    facts.bind(1, store::digest_of(made, store::digest_kind::rows));
    facts.exec();
  }
  store::restore_backup(file, other, false);
  BOOST_TEST(count_of_deployments(other) == 1u);
  {
    SQLite::Database made{file.string(), SQLite::OPEN_READWRITE};
    made.exec("UPDATE deployments SET name = 'Other'");
  }
  check_refused([&] { store::restore_backup(file, other, true); }, {"is damaged"});
}

BOOST_AUTO_TEST_CASE(of_a_newer_version_is_refused) {
  back_up();
  SQLite::Database{file.string(), SQLite::OPEN_READWRITE}.exec("PRAGMA user_version = 99");
  check_refused([&] { store::restore_backup(file, other, false); }, {"schema 99", "use the newer version"});
  SQLite::Database{(folder / "modelgate.db").string(), SQLite::OPEN_READWRITE}.exec("PRAGMA user_version = 99");
  check_refused([&] { back_up(true); }, {"schema 99", "use the newer version"});
}

BOOST_AUTO_TEST_CASE(is_not_restored_where_a_modelgate_works) {
  back_up();
  check_refused([&] { store::restore_backup(file, folder, true); }, {"in use by another modelgate"});
  BOOST_TEST(look(*database, [](auto& within) { return store::deployment_store{within}.exists("iris"); }));
}

BOOST_AUTO_TEST_CASE(replaces_a_store_only_with_force_and_keeps_what_was_there) {
  back_up();
  make_other();
  const auto before = names_in(other);
  check_refused([&] { store::restore_backup(file, other, false); }, {"has a store already", "--force"});
  BOOST_TEST((names_in(other) == before));
  BOOST_TEST(read(other / "token.key") == "another key");

  store::restore_backup(file, other, true);
  BOOST_TEST(read(other / "token.key") == key_text);
  BOOST_TEST(!fs::exists(other / "old-token"));
  BOOST_TEST(read(other / "instance-id") == "there");
  BOOST_TEST((names_in(other / "before-restore") == put_aside));
  BOOST_TEST(read(other / "before-restore" / "token.key") == "another key");
  BOOST_TEST(mode_of(other / "before-restore") == 0700u);
  BOOST_TEST(count_of_deployments(other) == 1u);

  for (const char* kept : {"before-restore.1", "before-restore.2"}) {  // and again: nothing that was kept is lost
    store::restore_backup(file, other, true);
    BOOST_TEST(read(other / "before-restore" / "token.key") == key_text);
    BOOST_TEST(fs::exists(other / kept / "token.key"));
  }
  BOOST_TEST(read(other / "before-restore.1" / "token.key") == "another key");
}

BOOST_AUTO_TEST_CASE(that_was_being_restored_is_finished_by_the_next_start) {
  back_up();
  const fs::path whole = base.path() / "whole";
  store::restore_backup(file, whole, false);
  const std::vector<std::string> names{"initial-admin-token", "secret.key", "token.key", "modelgate.db"};
  // Cut after so many of its files were in place, and after as many again had been moved out of the way.
  for (std::size_t placed = 0; placed <= names.size(); ++placed) {
    for (const bool moved_next : {false, true}) {
      fs::remove_all(other);
      make_other();
      const fs::path staged = other / "restore.ready";
      const fs::path aside = other / "before-restore";
      fs::create_directory(staged);
      fs::create_directory(aside);
      std::string list;
      for (const std::string& name : names) {
        fs::copy_file(whole / name, staged / name);
        list += name + "\n";
      }
      write(staged / "files", list);
      const auto move_away = [&](const std::string& name) {
        if (fs::exists(other / name)) fs::rename(other / name, aside / name);
      };
      for (std::size_t i = 0; i < placed; ++i) {
        move_away(names[i]);
        if (names[i] == "modelgate.db") {
          for (const char* end : {"-wal", "-shm"}) move_away(names[i] + end);
        }
        fs::rename(staged / names[i], other / names[i]);
      }
      if (moved_next && placed < names.size()) move_away(names[placed]);

      BOOST_TEST_CONTEXT(placed << " placed, the next moved away: " << moved_next) {
        BOOST_TEST(count_of_deployments(other) == 1u);
        BOOST_TEST(read(other / "token.key") == key_text);
        BOOST_TEST(!fs::exists(staged));
        BOOST_TEST((names_in(aside) == put_aside));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(that_was_cut_before_it_was_decided_is_forgotten) {
  make_other();
  fs::create_directory(other / "restore.part");
  write(other / "restore.part" / "token.key", key_text);
  BOOST_TEST(count_of_deployments(other) == 0u);
  BOOST_TEST(read(other / "token.key") == "another key");
  BOOST_TEST(!fs::exists(other / "restore.part"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
