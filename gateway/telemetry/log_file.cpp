#include "gateway/telemetry/log_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

namespace modelgate::telemetry {
namespace {

constexpr mode_t for_owner_and_group = 0640;
constexpr int longest_wait_ms = 1'000;
constexpr std::size_t piece_for_pipes = 4'096;  ///< PIPE_BUF: taken whole or not at all
constexpr std::string_view standard_error = "/dev/stderr";

std::filesystem::path rotated(const std::filesystem::path& path, std::uint64_t number) {
  return std::filesystem::path{path}.concat("." + std::to_string(number));
}

}  // namespace

error_code log_file::open(const std::filesystem::path& path) {
  close();
  path_ = path;
  if (path_.empty()) return {};
  // A pipe without a reader is an error and not a wait.
  descriptor_ = path_ == standard_error ? ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
                                        : ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK,
                                                 for_owner_and_group);
  if (descriptor_ < 0) return {errno, boost::system::system_category()};
  struct stat is {};
  is_regular_ = ::fstat(descriptor_, &is) == 0 && S_ISREG(is.st_mode) && path_ != standard_error;
  size_ = is_regular_ ? static_cast<std::uint64_t>(is.st_size) : 0;
  return {};
}

void log_file::close() noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  torn_ = false;
}

bool log_file::is_moved() const {
  if (!is_regular_) return false;
  struct stat ours {};
  struct stat there {};
  if (::fstat(descriptor_, &ours) != 0 || ::stat(path_.c_str(), &there) != 0) return true;
  return ours.st_dev != there.st_dev || ours.st_ino != there.st_ino;
}

void log_file::rotate() {
  std::error_code ignored;  // a file that cannot be renamed goes on to grow, which loses nothing
  if (limits_.files == 0) {
    std::filesystem::remove(path_, ignored);
    return;
  }
  std::filesystem::remove(rotated(path_, limits_.files), ignored);
  for (std::uint64_t number = limits_.files; number > 1; --number) {
    std::filesystem::rename(rotated(path_, number - 1), rotated(path_, number), ignored);
  }
  std::filesystem::rename(path_, rotated(path_, 1), ignored);
}

std::size_t log_file::write_some(std::string_view bytes) const {
  std::size_t written = 0;
  while (written < bytes.size()) {
    const std::string_view rest = bytes.substr(written);
    if (!is_regular_) {
      pollfd room{descriptor_, POLLOUT, 0};
      if (::poll(&room, 1, longest_wait_ms) <= 0) break;
    }
    const ssize_t count =
        ::write(descriptor_, rest.data(), is_regular_ ? rest.size() : std::min(rest.size(), piece_for_pipes));
    if (count > 0) written += static_cast<std::size_t>(count);
    if (count < 0 && errno != EINTR) break;
  }
  return written;
}

std::size_t log_file::write(std::string_view lines) {
  if (path_.empty() || lines.empty()) return lines.size();
  if (descriptor_ < 0 || is_moved()) {
    if (reopen()) return lines.size();
  }
  if (is_regular_ && limits_.bytes > 0 && size_ > 0 && size_ + lines.size() > limits_.bytes) {
    rotate();
    if (reopen()) return lines.size();
  }
  if (torn_ && write_some("\n") == 1) torn_ = false;
  const std::size_t written = write_some(lines);
  size_ += written;
  if (written > 0) torn_ = lines[written - 1] != '\n';
  return lines.size() - written;
}

}  // namespace modelgate::telemetry
