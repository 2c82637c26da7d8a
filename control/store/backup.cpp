#include "control/store/backup.hpp"

#include "control/store/backup_file.hpp"
#include "control/store/durable_files.hpp"
#include "control/store/migrations.hpp"

#include "modelgate/base/ids.hpp"

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace modelgate::control::store {
namespace {

namespace fs = std::filesystem;
using carried_files = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t largest_carried_file = 1'048'576;
constexpr int busy_timeout_ms = 10'000;
constexpr int attempts = 5;  ///< while key files change under our hands

[[noreturn]] void refuse(const fs::path& file, const std::string& why) {
  throw std::runtime_error{file.string() + " " + why};
}

carried_files read_carried(const fs::path& folder) {
  carried_files files;
  for (const fs::directory_entry& entry : fs::directory_iterator{folder}) {
    const std::string name = entry.path().filename().string();
    if (is_carried(name) && entry.is_regular_file()) {
      files.emplace_back(name, read_carried_file(entry.path(), largest_carried_file));
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

void copy_store(const fs::path& store, const fs::path& to) {
  make_private_file(to);  // SQLite keeps the mode of an empty file that is there
  // For writing, although nothing is written: the last connection to a store that can write tidies its WAL away.
  SQLite::Database source{store.string(), SQLite::OPEN_READWRITE, busy_timeout_ms};
  if (pragma_of(source, "application_id") != store_id) refuse(store, "is not a store of modelgate");
  const std::int64_t schema = pragma_of(source, "user_version");
  if (schema > newest_schema()) refuse(store, newer_schema_text(schema, newest_schema()));
  SQLite::Statement copy{source, "VACUUM INTO ?"};
  copy.bind(1, to.string());
  copy.exec();
}

void add_files(const fs::path& copy, const carried_files& files, system_time now) {
  SQLite::Database backup{copy.string(), SQLite::OPEN_READWRITE, busy_timeout_ms};
  backup.exec("PRAGMA journal_mode = MEMORY");  // a crash leaves a file that nobody takes for a backup
  backup.exec("CREATE TABLE backup_files (name TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT");
  for (const auto& [name, content] : files) {
    SQLite::Statement insert{backup, "INSERT INTO backup_files VALUES (?, ?)"};
    insert.bind(1, name);
    insert.bind(2, content.data(), static_cast<int>(content.size()));
    insert.exec();
  }
  backup.exec("CREATE TABLE backup_facts (made_at TEXT NOT NULL, digest TEXT NOT NULL) STRICT");
  SQLite::Statement facts{backup, "INSERT INTO backup_facts VALUES (?, ?)"};
  facts.bind(1, format_rfc3339(now));
  facts.bind(2, digest_of(backup));
  facts.exec();
  backup.exec("PRAGMA application_id = " + std::to_string(backup_id));
}

/// Of one moment: a key file that changed while the store was copied may not be the one that the copy needs.
void write_backup(const fs::path& folder, const fs::path& to, system_time now) {
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const carried_files files = read_carried(folder);
    copy_store(folder / store_file, to);
    if (read_carried(folder) != files) continue;
    add_files(to, files, now);
    sync_file(to);
    return;
  }
  refuse(folder, "has key files that keep changing; try again later");
}

bool has_table(SQLite::Database& database, const char* name) {
  SQLite::Statement query{database, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?"};
  query.bind(1, name);
  return query.executeStep() && query.getColumn(0).getInt() > 0;
}

backup_facts facts_of(SQLite::Database& backup, const fs::path& file) {
  if (pragma_of(backup, "application_id") != backup_id) refuse(file, "is not a backup of modelgate");
  backup_facts facts;
  facts.schema = pragma_of(backup, "user_version");
  if (facts.schema > newest_schema()) refuse(file, newer_schema_text(facts.schema, newest_schema()));
  if (const std::string fault = fault_of(backup); !fault.empty()) refuse(file, "is damaged: " + fault);
  if (!has_table(backup, "backup_files") || !has_table(backup, "backup_facts")) refuse(file, "is not complete");
  SQLite::Statement query{backup, "SELECT made_at, digest FROM backup_facts"};
  const auto made_at = query.executeStep() ? parse_rfc3339(query.getColumn(0).getString()) : std::nullopt;
  if (!made_at || !has_digest(backup, query.getColumn(1).getString())) {
    refuse(file, "is damaged: its content is not what was written");
  }
  facts.made_at = *made_at;
  for (auto& [name, content] : files_of(backup)) {
    // Names become paths; no backup of ours has others.
    if (!is_carried(name)) refuse(file, "is damaged: it names a file that no backup holds");
    facts.files.push_back(std::move(name));
  }
  return facts;
}

}  // namespace

bool is_carried(std::string_view name) noexcept {
  const bool plain = !name.starts_with('.') && name.find('/') == std::string_view::npos;
  return plain && (name.ends_with(".key") || name.ends_with("-token") || name.ends_with("-password"));
}

backup_facts check_backup(const fs::path& file) {
  std::error_code problem;
  if (!fs::is_regular_file(file, problem)) refuse(file, "is not there, or not a file");
  try {
    SQLite::Database backup{file.string(), SQLite::OPEN_READONLY, busy_timeout_ms};
    return facts_of(backup, file);
  } catch (const SQLite::Exception& error) {
    refuse(file, std::string{"is no backup of modelgate, or damaged: "} + error.what());
  }
}

backup_facts make_backup(const fs::path& data_folder, const fs::path& file, bool replace, system_time now) {
  std::error_code problem;
  if (!fs::is_regular_file(data_folder / store_file, problem)) {
    refuse(data_folder, "has no store in it; name the data folder with --data-dir or --config as for serve");
  }
  if (!replace && fs::exists(file, problem)) refuse(file, "is there already; choose another name, or say --force");
  const temporary_file part{file.string() + ".part-" + random_name_suffix(8)};
  try {
    write_backup(data_folder, part.path(), now);
  } catch (const SQLite::Exception& error) {
    throw std::runtime_error{"the store in " + data_folder.string() + " cannot be copied to " + file.string() + ": "
                             + error.what()};
  } catch (const fs::filesystem_error& error) {
    throw std::runtime_error{"the data folder cannot be read: " + std::string{error.what()}};
  }
  const backup_facts facts = check_backup(part.path());
  move_file(part.path(), file);
  sync_folder(file.parent_path());
  return facts;
}

}  // namespace modelgate::control::store
