#pragma once

#include "modelgate/base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace modelgate::control::runtime {

/// The log of one replica on disk: `log` and, after a rotation, `log.1`; those of the instance before its last restart
/// are `previous` and `previous.1`.
///
/// Shape:  one writer, one thread; any number of `log_file_reader`s beside it.
/// Errors: what cannot be written (a full disk) is lost, and said once in the program's own log.
class log_file {
 public:
  log_file(std::filesystem::path folder, std::size_t rotate_bytes);
  ~log_file();
  log_file(const log_file&) = delete;
  log_file& operator=(const log_file&) = delete;

  /// What was logged until now becomes the previous instance's.
  void begin_instance();
  /// Appends whole records in one write, so that a reader never sees half of one for long.
  void append(std::string_view records);
  void close() noexcept;

 private:
  bool open();
  void rotate();

  std::filesystem::path folder_;
  std::size_t rotate_bytes_;
  std::size_t size_ = 0;
  int file_ = -1;
  bool complained_ = false;
};

}  // namespace modelgate::control::runtime
