#include "control/store/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace modelgate::control::store {
namespace {

std::runtime_error failure(const std::string& what) {
  return std::runtime_error{what + ": " + std::strerror(errno)};
}

std::string holder_of(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
  if (size <= 0) return {};
  std::string holder{text.data(), static_cast<std::size_t>(size)};
  holder.erase(holder.find_last_not_of('\n') + 1);
  return " (process " + holder + ")";
}

bool is_same_file(int descriptor, const std::filesystem::path& file) {
  struct stat held {};
  struct stat wanted {};
  return ::fstat(descriptor, &held) == 0 && ::stat(file.c_str(), &wanted) == 0 && held.st_dev == wanted.st_dev
         && held.st_ino == wanted.st_ino;
}

}  // namespace

folder_lock::folder_lock(const std::filesystem::path& folder, int held) {
  if (held >= 0) {
    if (!is_same_file(held, folder / "modelgate.lock")) {
      ::close(held);
      throw std::runtime_error{"the data folder " + folder.string() + " is not the one of the running modelgate"};
    }
    descriptor_ = held;
    return;  // signed once this process has taken over
  }
  std::error_code problem;
  if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), problem);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    throw failure("the data folder " + folder.string() + " cannot be made");
  }
  const auto file = folder / "modelgate.lock";
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor_ < 0) throw failure("the data folder " + folder.string() + " cannot be used");
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const bool is_taken = errno == EWOULDBLOCK;
    const auto error = is_taken
                           ? std::runtime_error{"the data folder " + folder.string() + " is in use by another modelgate"
                                                + holder_of(descriptor_) + "; stop it or use another folder"}
                           : failure("the data folder " + folder.string() + " cannot be locked");
    ::close(descriptor_);
    throw error;
  }
  sign();
}

void folder_lock::sign() const noexcept {
  // Who holds it is for the message above only; not being able to say so is no reason not to start.
  const std::string process = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor_, 0) == 0) static_cast<void>(::pwrite(descriptor_, process.data(), process.size(), 0) > 0);
}

folder_lock::~folder_lock() {
  ::close(descriptor_);
}

}  // namespace modelgate::control::store
