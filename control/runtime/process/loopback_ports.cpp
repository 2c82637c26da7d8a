#include "control/runtime/process/loopback_ports.hpp"

#include "control/runtime/file_handle.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace modelgate::control::runtime::process {
namespace {

constexpr int attempts = 32;

bool bind_to(int socket, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

std::uint16_t port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.sin_port);
}

file_handle make_socket() {
  return file_handle{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
}

}  // namespace

std::optional<std::uint16_t> loopback_ports::take() {
  std::array<file_handle, attempts> held;  // else the system could offer the same one each time
  for (file_handle& socket : held) {
    socket = make_socket();
    if (!socket || !bind_to(socket.get(), 0)) return std::nullopt;
    const std::uint16_t port = port_of(socket.get());
    if (port != 0 && given_.insert(port).second) return port;
  }
  return std::nullopt;
}

bool is_port_taken(std::uint16_t port) {
  const file_handle socket = make_socket();
  if (!socket) return false;
  const int on = 1;  // what only lingers in TIME_WAIT hinders no server that sets this, as they all do
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  return !bind_to(socket.get(), port) && errno == EADDRINUSE;
}

}  // namespace modelgate::control::runtime::process
