#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace modelgate::metrics {

/// Which of the paths of a deployment: a place in its path_list. 0: none, the word of the service is shown.
using path_index = std::uint16_t;

/// The paths that were called on a deployment's models, for a label that shows them.
///
/// Clients choose paths, so there are `limit` of them and no longer ones than `longest`; all others are "other".
///
/// Shape: any-thread, without locks; only grows. A look-up compares with each that is there.
class path_list {
 public:
  static constexpr std::size_t limit = 63;
  static constexpr std::size_t longest = 200;  ///< bytes
  static constexpr path_index other = limit + 1;

  path_list() = default;
  ~path_list();
  path_list(const path_list&) = delete;
  path_list& operator=(const path_list&) = delete;

  /// Its place, made when new.
  [[nodiscard]] path_index find_or_add(std::string_view path);
  [[nodiscard]] std::string_view at(path_index index) const noexcept;

 private:
  std::array<std::atomic<const std::string*>, limit> paths_{};
};

}  // namespace modelgate::metrics
