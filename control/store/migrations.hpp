#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace modelgate::control::store {

class connection;

/// One step of the schema. The n-th of a list brings schema n-1 to schema n; what has been released is never edited.
struct migration {
  const char* sql;
};

[[nodiscard]] std::span<const migration> all_migrations() noexcept;

inline constexpr std::int64_t store_id = 0x6d677374;  ///< application_id of the file: "mgst"
[[nodiscard]] std::int64_t newest_schema() noexcept;
/// The end of a sentence about a file that a later version wrote.
[[nodiscard]] std::string newer_schema_text(std::int64_t schema, std::int64_t newest);

/// Brings the schema up to date, each step in a transaction of its own. `file` is for messages.
/// Errors: throws std::runtime_error when the schema is newer than the list or the file is not a store of ours,
///         SQLite::Exception when a step fails; the steps before it stay.
void migrate(connection& on, std::span<const migration> steps, const std::filesystem::path& file);

}  // namespace modelgate::control::store
