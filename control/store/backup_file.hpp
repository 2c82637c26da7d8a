#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The format of a backup, for `backup` and `restore`. Private to this module; SQLite's exceptions pass through.
namespace modelgate::control::store {

inline constexpr std::int64_t backup_id = 0x6d67626b;  ///< application_id of a backup: "mgbk"
inline constexpr const char* store_file = "modelgate.db";

[[nodiscard]] std::int64_t pragma_of(SQLite::Database& database, const char* name);

/// `rows`: as backups were written that did not cover the schema yet.
enum class digest_kind { rows, all };

/// Over every row of every table but `backup_facts`, and what makes tables, indices and triggers: what SQLite's own check
/// does not see, a changed text, is seen here.
[[nodiscard]] std::string digest_of(SQLite::Database& database, digest_kind kind = digest_kind::all);

/// Whether that is what was written, in the way that the digest itself tells.
[[nodiscard]] bool has_digest(SQLite::Database& backup, std::string_view written);

/// What is wrong with an open database by SQLite's own checks; empty when nothing is.
[[nodiscard]] std::string fault_of(SQLite::Database& database);

/// The carried files of a backup, by name.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> files_of(SQLite::Database& backup);

/// Makes a backup's copy of the store a store again; nothing of the files stays in it.
void strip(SQLite::Database& backup);

}  // namespace modelgate::control::store
