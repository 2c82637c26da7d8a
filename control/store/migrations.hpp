#pragma once

#include <filesystem>
#include <span>

namespace modelgate::control::store {

class connection;

/// One step of the schema. The n-th of a list brings schema n-1 to schema n; what has been released is never edited.
struct migration {
  const char* sql;
};

[[nodiscard]] std::span<const migration> all_migrations() noexcept;

/// Brings the schema up to date, each step in a transaction of its own. `file` is for messages.
/// Errors: throws std::runtime_error when the schema is newer than the list or the file is not a store of ours,
///         SQLite::Exception when a step fails; the steps before it stay.
void migrate(connection& on, std::span<const migration> steps, const std::filesystem::path& file);

}  // namespace modelgate::control::store
