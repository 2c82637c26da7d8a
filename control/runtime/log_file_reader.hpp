#pragma once

#include "control/runtime/runtime_driver.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace modelgate::control::runtime {

/// Whether an instance of a replica has ended and all of its output stands in the log. Set once, by its writer.
using log_end = std::shared_ptr<const std::atomic<bool>>;

/// Reads what `log_file` wrote; when following, over rotations and while it is being written.
///
/// Shape: holds two open files and at most one block of text.
class log_file_reader final : public log_reader {
 public:
  /// Errors: errc::not_found when there is no such log.
  [[nodiscard]] static result<std::unique_ptr<log_reader>> open(const std::filesystem::path& folder,
                                                                const log_query& query, log_end end);

  ~log_file_reader() override;
  log_file_reader(const log_file_reader&) = delete;
  log_file_reader& operator=(const log_file_reader&) = delete;

  [[nodiscard]] std::string read_more() override;
  [[nodiscard]] bool finished() override { return finished_; }

 private:
  log_file_reader(std::filesystem::path current, const log_query& query, log_end end);

  bool open_files();
  void seek_tail(std::size_t lines);
  [[nodiscard]] std::size_t readable(int file) const;
  bool fill();
  bool move_to_next_file(bool ended);
  void take_lines(std::string& to);
  void take_line(std::string_view line, std::string& to) const;

  std::filesystem::path current_path_;
  log_query query_;
  log_end end_;
  int rotated_ = -1;  ///< read before the current one; closed when it is done
  int current_ = -1;
  std::int64_t current_end_ = 0;  ///< not following: where the current one ended when it was opened
  std::string carry_;             ///< the start of a line whose end has not been read
  bool finished_ = false;
};

}  // namespace modelgate::control::runtime
