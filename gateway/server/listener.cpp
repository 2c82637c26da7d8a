#include "gateway/server/listener.hpp"

#include "modelgate/base/log.hpp"

#include <boost/asio/ip/tcp.hpp>
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

listener::listener(net::event_loop& loop, int socket, accept_handler on_accept)
    : loop_{loop}, socket_{socket}, on_accept_{std::move(on_accept)} {}

listener::~listener() {
  stop_watching();
}

void listener::start() {
  if (!socket_.is_open()) return;
  ::listen(socket_.get(), backlog);  // changes nothing where it listens already
  watch();
}

void listener::watch() {
  watched_ = loop_.watch(socket_.get(), *this, net::event_loop::trigger::input).has_value();
  if (!watched_) pause();
}

void listener::stop_watching() {
  if (std::exchange(watched_, false)) loop_.forget(socket_.get(), *this);
}

void listener::on_ready(std::uint32_t /*events*/) {
  // Others on this worker have their turn after that; what is left is told of again. Mostly there is one: only where the
  // last turn had some too is it worth to ask whether there are more.
  const bool is_burst = last_turn_ + 1 == loop_.turns();
  last_turn_ = loop_.turns();
  const int most = is_burst ? accepts_per_turn : 1;
  for (int accepted = 0; accepted < most && accept_one(); ++accepted) {
  }
}

bool listener::accept_one() {
  tcp::endpoint peer;
  auto size = static_cast<socklen_t>(peer.capacity());
  const int fd = ::accept4(socket_.get(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    paused_ = false;
    peer.resize(size);
    on_accept_(net::socket_handle{fd}, peer_address(peer));
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
      pause();
      return false;
    default:
      return false;
  }
}

void listener::pause() {
  if (!std::exchange(paused_, true)) {
    log::warning("listener", "no file descriptors or memory for a new connection; accepting pauses until there are");
  }
  stop_watching();
  loop_.call_after(backoff, [this] {
    if (socket_.is_open() && !watched_) watch();
  });
}

void listener::drain() {
  if (!socket_.is_open()) return;
  for (bool more = true; more;) {
    more = accept_one();
  }
  // Out of the event loop first: closing alone does not do that while another process has the socket too.
  stop_watching();
  socket_.reset();
}

}  // namespace modelgate::server
