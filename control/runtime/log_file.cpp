#include "control/runtime/log_file.hpp"

#include "modelgate/base/log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace modelgate::control::runtime {
namespace {

/// Moves a file over another one; where there is none, removes the other one.
void move_or_remove(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code problem;
  std::filesystem::rename(from, to, problem);
  if (problem == std::errc::no_such_file_or_directory) std::filesystem::remove(to, problem);
}

}  // namespace

log_file::log_file(std::filesystem::path folder, std::size_t rotate_bytes, std::function<void()> rotated)
    : folder_{std::move(folder)}, rotate_bytes_{rotate_bytes}, rotated_{std::move(rotated)} {}

log_file::~log_file() {
  close();
}

void log_file::close() noexcept {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
}

void log_file::begin_instance() {
  close();
  std::error_code problem;
  if (!std::filesystem::exists(folder_ / "log", problem)) return;
  move_or_remove(folder_ / "log", folder_ / "previous");
  move_or_remove(folder_ / "log.1", folder_ / "previous.1");
}

bool log_file::open() {
  file_ = ::open((folder_ / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file_ < 0) return false;
  struct stat found {};
  size_ = ::fstat(file_, &found) == 0 ? static_cast<std::size_t>(found.st_size) : 0;
  return true;
}

void log_file::rotate() {
  close();
  size_ = 0;
  std::error_code problem;
  std::filesystem::rename(folder_ / "log", folder_ / "log.1", problem);
  if (rotated_) rotated_();
}

void log_file::append(std::string_view records) {
  bool rotated = false;  // once: where files cannot be moved, the log grows on instead of being lost
  while (!records.empty()) {
    if (file_ < 0) open();
    const std::size_t room = rotate_bytes_ > size_ ? rotate_bytes_ - size_ : 0;
    std::size_t fits = records.size();
    if (fits > room) {
      // As many whole records as there is room for; one at least, for a file that is empty.
      const auto last_end = room == 0 ? std::string_view::npos : records.rfind('\n', room - 1);
      if (last_end != std::string_view::npos) {
        fits = last_end + 1;
      } else if (file_ >= 0 && size_ > 0 && !std::exchange(rotated, true)) {
        rotate();
        continue;
      } else {
        fits = std::min(records.find('\n'), records.size() - 1) + 1;
      }
    }
    write(records.substr(0, fits));
    records.remove_prefix(fits);
    rotated = false;
  }
}

void log_file::write(std::string_view records) {
  if (file_ >= 0 || open()) {
    const ssize_t written = ::write(file_, records.data(), records.size());
    if (written > 0) size_ += static_cast<std::size_t>(written);
    if (written == static_cast<ssize_t>(records.size())) {
      complained_ = false;
      return;
    }
    // A record that was cut off ends here, so that the next one starts on a line of its own.
    if (written > 0 && ::write(file_, "\n", 1) == 1) ++size_;
  }
  if (complained_) return;
  complained_ = true;
  log::warning("runtime", "lines of a replica are lost: its log cannot be written",
               {{"file", (folder_ / "log").native()}, {"why", std::generic_category().message(errno)}});
}

}  // namespace modelgate::control::runtime
