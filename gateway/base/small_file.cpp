#include "modelgate/base/small_file.hpp"

#include "modelgate/base/errc.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace modelgate {
namespace {

constexpr std::size_t step = 16'384;

/// Errors: as `read_small_file`; the descriptor stays the caller's.
result<std::string> read_all(int fd, std::size_t most) {
  std::string text;
  for (;;) {
    const std::size_t held = text.size();
    text.resize(held + step);
    const ssize_t count = ::read(fd, text.data() + held, step);
    if (count < 0 && errno != EINTR) return error_code{errno, boost::system::system_category()};
    text.resize(held + static_cast<std::size_t>(count < 0 ? 0 : count));
    if (count == 0) return text;
    if (text.size() > most) return make_error_code(errc::body_too_large);
  }
}

}  // namespace

result<std::string> read_small_file(const std::filesystem::path& file, std::size_t most) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return error_code{errno, boost::system::system_category()};
  auto text = read_all(fd, most);
  ::close(fd);
  return text;
}

}  // namespace modelgate
