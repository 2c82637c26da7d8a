#include "control/store/durable_files.hpp"

#include "modelgate/base/errc.hpp"
#include "modelgate/base/private_file.hpp"
#include "modelgate/base/small_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace modelgate::control::store {
namespace {

[[noreturn]] void fail(const char* what, const std::filesystem::path& file, int error) {
  throw std::runtime_error{file.string() + " cannot be " + what + ": " + std::strerror(error)};
}

class open_file {
 public:
  open_file(const std::filesystem::path& file, int flags, const char* what)
      : descriptor_{::open(file.c_str(), flags | O_CLOEXEC, 0600)} {
    if (descriptor_ < 0) fail(what, file, errno);
  }
  ~open_file() { ::close(descriptor_); }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;

  [[nodiscard]] int get() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

void sync(const std::filesystem::path& path, int flags) {
  const open_file opened{path, flags, "opened"};
  if (::fsync(opened.get()) != 0) fail("brought to the disk", path, errno);
}

}  // namespace

void make_private_file(const std::filesystem::path& file) {
  ::unlink(file.c_str());  // what an earlier crash left may have another mode
  const open_file made{file, O_WRONLY | O_CREAT | O_EXCL, "made"};
}

void write_durable_file(const std::filesystem::path& file, std::string_view content) {
  if (const error_code problem = write_private_file(file, content)) {
    throw std::runtime_error{file.string() + " cannot be written: " + problem.message()};
  }
}

std::string read_carried_file(const std::filesystem::path& file, std::size_t most) {
  auto content = read_small_file(file, most);
  if (content) return std::move(*content);
  if (content.error() == errc::body_too_large) {
    throw std::runtime_error{file.string() + " is larger than " + std::to_string(most)
                             + " bytes, which no key file is; move it out of the data folder"};
  }
  throw std::runtime_error{file.string() + " cannot be read: " + content.error().message()};
}

void sync_file(const std::filesystem::path& file) {
  sync(file, O_RDONLY);
}

void sync_folder(const std::filesystem::path& folder) {
  sync(folder.empty() ? std::filesystem::path{"."} : folder, O_RDONLY | O_DIRECTORY);
}

void move_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail("moved", from, errno);
}

temporary_file::~temporary_file() {
  ::unlink(path_.c_str());
}

}  // namespace modelgate::control::store
