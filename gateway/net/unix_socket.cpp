#include "modelgate/net/unix_socket.hpp"

#include "modelgate/base/errc.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

namespace modelgate::net {
namespace {

error_code last_error() noexcept {
  return {errno, boost::system::system_category()};
}

/// As the kernel wrote it down when the server began to listen: nothing that is done to the path can change it.
bool is_served_by(int socket, std::uint32_t user) noexcept {
  ucred server{};
  socklen_t size = sizeof server;
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &server, &size) == 0 && server.uid == user;
}

}  // namespace

result<socket_handle> connect_unix(const endpoint& to) {
  if (!to.is_unix() || to.host.size() > longest_socket_path) return make_error_code(errc::invalid_argument);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, to.host.data(), to.host.size());
  socket_handle socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!socket.is_open()) return last_error();
  // A full backlog says EAGAIN: a refusal like any other, nothing would tell when it has room.
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return last_error();
  if (to.user && !is_served_by(socket.get(), *to.user)) return make_error_code(errc::destination_unavailable);
  return socket;
}

}  // namespace modelgate::net
