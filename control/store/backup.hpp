#pragma once

#include "modelgate/base/clock.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::store {

/// A backup is one SQLite file: a copy of the store, and beside its tables `backup_files`, which holds the data folder's
/// secret files, and `backup_facts` with a digest of all of it. It is as secret as the folder: mode 0600.
struct backup_facts {
  std::int64_t schema = 0;
  system_time made_at;
  std::vector<std::string> files;  ///< names of the secret files, sorted
};

/// Whether a file of the data folder is carried by a backup: keys ("*.key"), and tokens and passwords that were written
/// down ("*-token", "*-password"). What else is there belongs to what runs on this machine now: replicas, logs, ports.
[[nodiscard]] bool is_carried(std::string_view name) noexcept;

/// Copies a data folder into one file, as it is at one moment, also while a modelgate works on it; nothing waits for it.
/// The file is complete, checked and on the disk when it appears under its name.
///
/// Errors: throws std::runtime_error, one line; nothing is there then under that name, or what was there before. Also
///         when something is there and `replace` does not hold.
backup_facts make_backup(const std::filesystem::path& data_folder, const std::filesystem::path& file, bool replace,
                         system_time now);

/// Reads all of a backup. Errors: throws std::runtime_error, one line, when it is none, damaged, or newer than this program.
[[nodiscard]] backup_facts check_backup(const std::filesystem::path& file);

}  // namespace modelgate::control::store
