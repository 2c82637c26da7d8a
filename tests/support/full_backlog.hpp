#pragma once

#include "modelgate/net/endpoint.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace modelgate::test {

/// A listening socket whose queue is full: the kernel drops every further attempt to connect, and nothing answers.
class full_backlog {
 public:
  full_backlog() : listening_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listening_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listening_, 0) != 0
        || ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("cannot listen");
    }
    address_ = {"127.0.0.1", ntohs(address.sin_port)};
    for (int& waiting : waiting_) {
      waiting = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      static_cast<void>(::connect(waiting, reinterpret_cast<sockaddr*>(&address), size));
    }
  }
  ~full_backlog() {
    for (const int waiting : waiting_) ::close(waiting);
    ::close(listening_);
  }
  full_backlog(const full_backlog&) = delete;
  full_backlog& operator=(const full_backlog&) = delete;

  [[nodiscard]] const net::endpoint& address() const noexcept { return address_; }

 private:
  int listening_;
  std::array<int, 4> waiting_{};
  net::endpoint address_;
};

}  // namespace modelgate::test
