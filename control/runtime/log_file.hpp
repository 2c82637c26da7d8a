#pragma once

#include "modelgate/base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string_view>

namespace modelgate::control::runtime {

/// The log of one replica on disk: `log` and, after a rotation, `log.1`; those of the instance before its last restart
/// are `previous` and `previous.1`.
///
/// Shape:  one writer, one thread; any number of `log_file_reader`s beside it.
/// Errors: what cannot be written (a full disk) is lost, and said once in the program's own log.
class log_file {
 public:
  /// `rotated` is called after each rotation; it may remove files, but for `log`.
  log_file(std::filesystem::path folder, std::size_t rotate_bytes, std::function<void()> rotated = {});
  ~log_file();
  log_file(const log_file&) = delete;
  log_file& operator=(const log_file&) = delete;

  /// What was logged until now becomes the previous instance's.
  void begin_instance();
  /// From the next record on. At least the longest record.
  void set_rotate_bytes(std::size_t bytes) noexcept { rotate_bytes_ = bytes; }
  /// Appends whole records, so that a reader never sees half of one for long. A file is over its size by no more than one
  /// record.
  void append(std::string_view records);
  void close() noexcept;

 private:
  bool open();
  void rotate();
  void write(std::string_view records);

  std::filesystem::path folder_;
  std::size_t rotate_bytes_;
  std::function<void()> rotated_;
  std::size_t size_ = 0;
  int file_ = -1;
  bool complained_ = false;
};

}  // namespace modelgate::control::runtime
