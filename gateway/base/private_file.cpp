#include "modelgate/base/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace modelgate {
namespace {

error_code last_error() {
  return {errno, boost::system::system_category()};
}

error_code sync_folder(const std::filesystem::path& folder) {
  const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return last_error();
  const error_code problem = ::fsync(fd) == 0 ? error_code{} : last_error();
  ::close(fd);
  return problem;
}

}  // namespace

error_code write_private_file(const std::filesystem::path& file, std::string_view text) {
  const std::filesystem::path temporary = file.string() + ".new";
  ::unlink(temporary.c_str());  // what an earlier crash left may have another mode
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return last_error();
  errno = ENOSPC;  // a short write says nothing itself
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  error_code problem = written ? error_code{} : last_error();
  ::close(fd);
  if (!problem && ::rename(temporary.c_str(), file.c_str()) != 0) problem = last_error();
  if (problem) {
    ::unlink(temporary.c_str());
    return problem;
  }
  return sync_folder(file.parent_path());
}

}  // namespace modelgate
