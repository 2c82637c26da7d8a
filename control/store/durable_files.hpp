#pragma once

#include <filesystem>
#include <string>
#include <string_view>

/// What backup and restore do with files, each step on the disk before it answers. They throw std::runtime_error, one
/// line with the file's name.
namespace modelgate::control::store {

/// Makes an empty file with mode 0600, in the place of one that is there.
void make_private_file(const std::filesystem::path& file);
/// Makes a file with mode 0600 that holds this, in the place of one that is there.
void write_durable_file(const std::filesystem::path& file, std::string_view content);
/// Errors: also when it is larger than `most` bytes.
[[nodiscard]] std::string read_carried_file(const std::filesystem::path& file, std::size_t most);
void sync_file(const std::filesystem::path& file);
void sync_folder(const std::filesystem::path& folder);
/// Renames within one file system, replacing what is there. Durable once the folders are synced.
void move_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// A file that is removed again unless it is kept.
class temporary_file {
 public:
  explicit temporary_file(std::filesystem::path path) : path_{std::move(path)} {}
  ~temporary_file();
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace modelgate::control::store
