#include "control/runtime/file_text.hpp"

#include "control/runtime/file_handle.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace modelgate::control::runtime {
namespace {

error_code last_error() {
  return {errno, boost::system::system_category()};
}

}  // namespace

result<void> replace_file_text(const std::filesystem::path& file, std::string_view text) {
  const std::string beside = file.native() + ".new";
  {
    const file_handle handle{::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (!handle) return last_error();
    while (!text.empty()) {
      const ssize_t count = ::write(handle.get(), text.data(), text.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return last_error();
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  if (::rename(beside.c_str(), file.c_str()) != 0) return last_error();
  return {};
}

}  // namespace modelgate::control::runtime
