#include "tests/integration/http_io/raw_connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace modelgate::http_io::test {

raw_connection::raw_connection(const net::endpoint& address) : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  const timeval patience{10, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(address.port);
  ::inet_pton(AF_INET, address.host.c_str(), &where.sin_addr);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
    ::close(fd_);
    throw std::runtime_error{"cannot connect to " + net::to_string(address) + ": " + std::strerror(errno)};
  }
}

raw_connection::~raw_connection() {
  if (fd_ >= 0) ::close(fd_);
}

void raw_connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) throw std::runtime_error{std::string{"cannot send: "} + std::strerror(errno)};
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void raw_connection::finish_sending() {
  ::shutdown(fd_, SHUT_WR);
}

void raw_connection::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(fd_);
  fd_ = -1;
}

bool raw_connection::read_more() {
  if (ended_) return false;
  std::array<char, 4'096> bytes;
  const ssize_t count = ::recv(fd_, bytes.data(), bytes.size(), 0);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    throw std::runtime_error{"nothing came; held so far: " + held_};
  if (count <= 0) {
    ended_ = true;
    return false;
  }
  held_.append(bytes.data(), static_cast<std::size_t>(count));
  return true;
}

std::string raw_connection::read_until(std::string_view end) {
  std::size_t at = held_.find(end);
  while (at == std::string::npos && read_more()) at = held_.find(end);
  const std::size_t size = at == std::string::npos ? held_.size() : at + end.size();
  std::string taken = held_.substr(0, size);
  held_.erase(0, size);
  return taken;
}

std::string raw_connection::read_to_end() {
  while (read_more()) continue;
  return std::exchange(held_, {});
}

bool raw_connection::is_closed_by_peer() {
  return !read_more() && held_.empty();
}

}  // namespace modelgate::http_io::test
