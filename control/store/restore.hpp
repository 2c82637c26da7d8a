#pragma once

#include "control/store/backup.hpp"

#include <filesystem>

namespace modelgate::control::store {

/// Puts a backup into a data folder: the store and the secret files, whole or not at all. What else is in the folder
/// stays; what was there in their place is kept in its folder `before-restore`, and what that had of an earlier restore in
/// `before-restore.1` and so on.
///
/// Everything is written beside and checked; one rename decides; from then on the next that opens the store goes on
/// where this one was cut.
///
/// Errors: throws std::runtime_error, one line: the backup is no good, a modelgate uses the folder, or it has a store and
///         `replace` does not hold. Until it is decided the folder is as it was.
backup_facts restore_backup(const std::filesystem::path& file, const std::filesystem::path& data_folder, bool replace);

/// Ends a restore that was decided and cut. Does nothing where there is none. Whoever calls it holds the folder's lock.
/// Errors: throws std::runtime_error; the next call goes on.
void finish_restore(const std::filesystem::path& data_folder);

}  // namespace modelgate::control::store
