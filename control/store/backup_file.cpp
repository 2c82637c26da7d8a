#include "control/store/backup_file.hpp"

#include "control/store/migrations.hpp"

#include <SQLiteCpp/Statement.h>
#include <sodium/crypto_generichash.h>
#include <sodium/utils.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::store {
namespace {

constexpr std::size_t digest_size = 32;
/// What a digest begins with that covers the schema, too.
constexpr std::string_view whole = "2:";

class row_digest {
 public:
  row_digest() { crypto_generichash_init(&state_, nullptr, 0, digest_size); }

  void add(const void* bytes, std::size_t size) {
    const std::uint64_t length = size;
    add_raw(&length, sizeof length);
    add_raw(bytes, size);
  }
  /// A value with its type: 1 and '1' are two things.
  void add(const SQLite::Column& value) {
    const int type = value.getType();
    add_raw(&type, sizeof type);
    add(value.getBlob(), static_cast<std::size_t>(value.getBytes()));
  }
  [[nodiscard]] std::string finish() {
    std::array<unsigned char, digest_size> bytes{};
    crypto_generichash_final(&state_, bytes.data(), bytes.size());
    std::array<char, 2 * digest_size + 1> text{};
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    return text.data();
  }

 private:
  void add_raw(const void* bytes, std::size_t size) {
    if (size > 0) crypto_generichash_update(&state_, static_cast<const unsigned char*>(bytes), size);
  }

  crypto_generichash_state state_{};
};

std::string sql_name(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text.append(c == '"' ? 2 : 1, c);
  return text + "\"";
}

std::vector<std::string> table_names(SQLite::Database& database) {
  std::vector<std::string> names;
  SQLite::Statement query{database, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"};
  while (query.executeStep()) names.push_back(query.getColumn(0).getString());
  return names;
}

}  // namespace

std::int64_t pragma_of(SQLite::Database& database, const char* name) {
  return database.execAndGet(std::string{"PRAGMA "} + name).getInt64();
}

std::string digest_of(SQLite::Database& database, digest_kind kind) {
  row_digest digest;
  const std::int64_t schema = pragma_of(database, "user_version");
  digest.add(&schema, sizeof schema);
  for (const std::string& table : table_names(database)) {
    if (table == "backup_facts") continue;
    digest.add(table.data(), table.size());
    SQLite::Statement rows{database, "SELECT * FROM " + sql_name(table)};
    while (rows.executeStep()) {
      for (int column = 0; column < rows.getColumnCount(); ++column) digest.add(rows.getColumn(column));
    }
  }
  if (kind == digest_kind::rows) return digest.finish();
  SQLite::Statement made{database, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"};
  while (made.executeStep()) {
    for (int column = 0; column < made.getColumnCount(); ++column) digest.add(made.getColumn(column));
  }
  return std::string{whole} + digest.finish();
}

bool has_digest(SQLite::Database& backup, std::string_view written) {
  return written == digest_of(backup, written.starts_with(whole) ? digest_kind::all : digest_kind::rows);
}

std::string fault_of(SQLite::Database& database) {
  const std::string found = database.execAndGet("PRAGMA integrity_check(1)").getString();
  if (found != "ok") return found;
  SQLite::Statement broken{database, "PRAGMA foreign_key_check"};
  if (broken.executeStep()) return "rows of " + broken.getColumn(0).getString() + " refer to what is not there";
  return {};
}

std::vector<std::pair<std::string, std::string>> files_of(SQLite::Database& backup) {
  std::vector<std::pair<std::string, std::string>> files;
  SQLite::Statement query{backup, "SELECT name, content FROM backup_files ORDER BY name"};
  while (query.executeStep()) files.emplace_back(query.getColumn(0).getString(), query.getColumn(1).getString());
  return files;
}

void strip(SQLite::Database& backup) {
  backup.exec("PRAGMA temp_store = MEMORY");  // what VACUUM sets aside is secret too
  backup.exec("DROP TABLE backup_files");
  backup.exec("DROP TABLE backup_facts");
  backup.exec("PRAGMA application_id = " + std::to_string(store_id));
  backup.exec("VACUUM");  // without it the dropped pages, keys in them, would stay in the file
}

}  // namespace modelgate::control::store
