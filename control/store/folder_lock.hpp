#pragma once

#include <filesystem>

namespace modelgate::control::store {

/// Keeps a second modelgate out of a data folder. Held by an open file, so it ends with the process however that ends.
///
/// Shape: one per data folder; lives as long as the store.
class folder_lock {
 public:
  /// Makes the folder with mode 0700 where there is none. Throws std::runtime_error, one line, when somebody else holds
  /// it.
  explicit folder_lock(const std::filesystem::path& folder);
  ~folder_lock();
  folder_lock(const folder_lock&) = delete;
  folder_lock& operator=(const folder_lock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace modelgate::control::store
