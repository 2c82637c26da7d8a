#pragma once

#include "modelgate/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace modelgate::telemetry {

/// A file that lines are appended to, renamed to `<path>.1` when it is full, the one before that to `<path>.2`, and so on.
/// Where somebody else renames or deletes it, it is made anew. "/dev/stderr" is standard error, as it is.
///
/// Shape:  one thread; blocks it. On what is no regular file (a pipe, a terminal) it waits for at most a second.
/// Errors: lines that cannot be written are lost, and the next write tries to open the file again.
class log_file {
 public:
  struct limits {
    std::uint64_t bytes = 0;  ///< before it is rotated; 0: never
    std::uint64_t files = 0;  ///< rotated ones that are kept
  };

  log_file() = default;
  ~log_file() { close(); }
  log_file(const log_file&) = delete;
  log_file& operator=(const log_file&) = delete;

  /// Empty: nothing is written any more. Errors: what the system says; then nothing is open.
  [[nodiscard]] error_code open(const std::filesystem::path& path);
  [[nodiscard]] error_code reopen() { return open(std::filesystem::path{path_}); }
  void set_limits(limits to) noexcept { limits_ = to; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// Whole lines, which stay together in one file. Errors: how many of the bytes are lost, counted from the end.
  [[nodiscard]] std::size_t write(std::string_view lines);

 private:
  void close() noexcept;
  [[nodiscard]] bool is_moved() const;
  void rotate();
  [[nodiscard]] std::size_t write_some(std::string_view bytes) const;

  std::filesystem::path path_;
  limits limits_;
  int descriptor_ = -1;
  bool is_regular_ = false;
  bool torn_ = false;  ///< it ends within a line
  std::uint64_t size_ = 0;
};

}  // namespace modelgate::telemetry
