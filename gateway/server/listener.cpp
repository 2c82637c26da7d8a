#include "gateway/server/listener.hpp"

#include "modelgate/base/log.hpp"

#include <boost/system/system_error.hpp>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace modelgate::server {
namespace {

using boost::asio::ip::tcp;

constexpr int accepts_per_turn = 64;
constexpr int backlog = 4'096;

[[noreturn]] void fail(const char* what) {
  throw boost::system::system_error{{errno, boost::system::system_category()}, what};
}

int open_socket(const tcp::endpoint& address, bool share_port) {
  const int fd = ::socket(address.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (share_port) ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (::bind(fd, address.data(), static_cast<socklen_t>(address.size())) != 0) {
    const int problem = errno;
    ::close(fd);
    errno = problem;
    fail("bind");
  }
  return fd;
}

tcp::endpoint local_address(int fd, tcp::endpoint like) {
  auto size = static_cast<socklen_t>(like.capacity());
  if (::getsockname(fd, like.data(), &size) != 0) fail("getsockname");
  like.resize(size);
  return like;
}

/// A listener elsewhere makes this bind fail; ours is closed again before the shared ones are opened.
tcp::endpoint find_free(const tcp::endpoint& wanted) {
  const int probe = open_socket(wanted, false);
  if (::listen(probe, 1) != 0) {
    const int reason = errno;
    ::close(probe);
    errno = reason;
    fail("listen");
  }
  const tcp::endpoint found = local_address(probe, wanted);
  ::close(probe);
  return found;
}

std::string peer_address(const tcp::endpoint& peer) {
  const boost::asio::ip::address address = peer.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

}  // namespace

listening_sockets::listening_sockets(const net::endpoint& address, std::size_t count, std::vector<int> handed,
                                     std::size_t unsent_bytes)
    : workers_{count}, sockets_{std::move(handed)} {
  boost::system::error_code problem;
  const auto ip = boost::asio::ip::make_address(address.host, problem);
  if (problem) throw boost::system::system_error{problem, "address"};
  is_v6_ = ip.is_v6();
  tcp::endpoint target{ip, address.port};
  // Beside sockets of a process that still serves, new ones take no connection before there is somebody to accept it.
  const bool takes_over = !sockets_.empty();
  target = takes_over ? local_address(sockets_.front(), target) : find_free(target);
  while (sockets_.size() < count) {
    sockets_.push_back(open_socket(target, true));
    if (!takes_over && ::listen(sockets_.back(), backlog) != 0) fail("listen");
  }
  // Connections inherit it. Without it the kernel buffers megabytes for each client that reads slowly.
  const auto unsent = static_cast<unsigned>(unsent_bytes);
  for (const int fd : sockets_) ::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
  address_ = {address.host, target.port()};
  descriptors_ = sockets_;
}

listening_sockets::~listening_sockets() {
  for (const int fd : sockets_) {
    if (fd >= 0) ::close(fd);
  }
}

std::vector<int> listening_sockets::release_for(std::size_t worker) {
  std::vector<int> given;
  for (std::size_t i = worker; i < sockets_.size(); i += workers_) given.push_back(std::exchange(sockets_[i], -1));
  return given;
}

listener::listener(net::worker_executor executor, int socket, bool is_v6, accept_handler on_accept)
    : acceptor_{executor},
      pause_{executor},
      protocol_{is_v6 ? tcp::v6() : tcp::v4()},
      on_accept_{std::move(on_accept)} {
  acceptor_.assign(protocol_, socket);
}

void listener::start() {
  ::listen(acceptor_.native_handle(), backlog);  // changes nothing where it listens already
  await_connection();
}

void listener::await_connection() {
  acceptor_.async_wait(tcp::acceptor::wait_read, [this](const boost::system::error_code& problem) {
    if (problem || !acceptor_.is_open()) return;
    for (int accepted = 0; accept_one();) {
      if (++accepted < accepts_per_turn) continue;
      await_connection();  // others on this worker have their turn first
      return;
    }
  });
}

bool listener::accept_one() {
  tcp::endpoint peer;
  auto size = static_cast<socklen_t>(peer.capacity());
  const int fd = ::accept4(acceptor_.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    paused_ = false;
    peer.resize(size);
    net::worker_socket connection{acceptor_.get_executor()};
    error_code problem;
    connection.assign(protocol_, fd, problem);  // fails when the event loop cannot watch one more
    if (problem)
      ::close(fd);
    else
      on_accept_(std::move(connection), peer_address(peer));
    return true;
  }
  switch (errno) {
    case EINTR:
    case ECONNABORTED:
      return true;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      if (!std::exchange(paused_, true)) {
        log::warning("listener",
                     "no file descriptors or memory for a new connection; accepting pauses until there are");
      }
      pause_.expires_after(backoff);
      pause_.async_wait([this](const boost::system::error_code& problem) {
        if (!problem && acceptor_.is_open()) await_connection();
      });
      return false;
    default:
      await_connection();
      return false;
  }
}

void listener::drain() {
  if (!acceptor_.is_open()) return;
  boost::system::error_code ignored;
  acceptor_.cancel(ignored);
  pause_.cancel();
  for (;;) {
    tcp::endpoint peer;
    auto size = static_cast<socklen_t>(peer.capacity());
    const int fd = ::accept4(acceptor_.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
    if (fd < 0) break;
    peer.resize(size);
    net::worker_socket connection{acceptor_.get_executor()};
    error_code problem;
    connection.assign(protocol_, fd, problem);
    if (problem)
      ::close(fd);
    else
      on_accept_(std::move(connection), peer_address(peer));
  }
  // Taken out of the event loop first: closing alone does not do that while another process has the socket too.
  const int socket = acceptor_.release(ignored);
  if (!ignored) ::close(socket);
}

}  // namespace modelgate::server
