#include "control/runtime/container/shared_socket.hpp"

#include "control/runtime/replica_name.hpp"

#include "modelgate/net/endpoint.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <system_error>

namespace modelgate::control::runtime::container {
namespace {

namespace fs = std::filesystem;

/// Not what a link leads to: the link itself is none.
std::optional<ino_t> socket_at(const fs::path& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return std::nullopt;
  return found.st_ino;
}

}  // namespace

shared_socket::shared_socket(const fs::path& sockets, std::string_view replica)
    : folder_{sockets / short_name(replica)}, path_{folder_.native() + ".sock"} {}

fs::path shared_socket::offer() {
  remove();
  // The second name of a socket that is somebody else's is root's to give.
  if (::geteuid() != 0 || path_.native().size() > net::longest_socket_path) return {};
  std::error_code problem;
  fs::create_directories(folder_, problem);
  fs::permissions(folder_, fs::perms{0777}, problem);  // nobody else can enter the data folder
  return problem ? fs::path{} : folder_;
}

bool shared_socket::find() {
  const fs::path given = folder_ / fs::path{socket_path}.filename();
  const auto theirs = socket_at(given);
  if (!theirs) return false;
  if (socket_at(path_) == theirs) return true;
  ::unlink(path_.c_str());
  if (::linkat(AT_FDCWD, given.c_str(), AT_FDCWD, path_.c_str(), 0) != 0) return false;
  if (socket_at(path_)) return true;
  ::unlink(path_.c_str());  // it was replaced meanwhile
  return false;
}

void shared_socket::remove() {
  std::error_code problem;
  fs::remove(path_, problem);
  fs::remove_all(folder_, problem);
}

}  // namespace modelgate::control::runtime::container
