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
  ///
  /// `held`: the lock as the process before this one held it; it becomes this one's own. -1: it is to be taken.
  explicit folder_lock(const std::filesystem::path& folder, int held = -1);
  ~folder_lock();
  folder_lock(const folder_lock&) = delete;
  folder_lock& operator=(const folder_lock&) = delete;

  /// For the process that takes over; stays the lock's.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  /// Says in the file that this process holds it.
  void sign() const noexcept;

 private:
  int descriptor_ = -1;
};

}  // namespace modelgate::control::store
