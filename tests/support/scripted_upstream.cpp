#include "tests/support/scripted_upstream.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <stdexcept>

namespace modelgate::test {

scripted_upstream::script scripted_upstream::answer_with(const std::string& body) {
  const std::string reply = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
                            + std::to_string(body.size()) + "\r\n\r\n" + body;
  return [reply](raw_socket& connection, scripted_upstream& self) {
    for (;;) {
      std::string request = connection.receive_message();
      if (request.empty()) return;
      const bool is_head = request.starts_with("HEAD ");
      self.note(std::move(request));
      const std::string_view whole = reply;
      if (!connection.try_send(is_head ? whole.substr(0, whole.find("\r\n\r\n") + 4) : whole)) return;
    }
  };
}

scripted_upstream::listening_at scripted_upstream::listen_at_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(socket, 128) != 0
      || ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("cannot listen");
  }
  return {socket, {"127.0.0.1", ntohs(address.sin_port)}};
}

scripted_upstream::listening_at scripted_upstream::listen_on(const std::filesystem::path& path) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.native().copy(address.sun_path, sizeof address.sun_path - 1);
  if (::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(socket, 128) != 0)
    throw std::runtime_error("cannot listen");
  return {socket, {path.native()}};
}

scripted_upstream::scripted_upstream(std::string body) : scripted_upstream{listen_at_port(), answer_with(body)} {}

scripted_upstream::scripted_upstream(const socket_path& where)
    : scripted_upstream{listen_on(where.path), answer_with("ok")} {}

scripted_upstream::scripted_upstream(script play) : scripted_upstream{listen_at_port(), std::move(play)} {}

scripted_upstream::scripted_upstream(listening_at where, script play)
    : address_{std::move(where.address)}, listening_{where.socket}, play_{std::move(play)} {
  acceptor_ = std::thread{[this] { accept_loop(); }};
}

scripted_upstream::~scripted_upstream() {
  stop();
  acceptor_.join();
  ::close(listening_);
  for (std::thread& thread : threads_) thread.join();
}

void scripted_upstream::accept_loop() {
  for (;;) {
    const int fd = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::lock_guard lock{mutex_};
    if (stopping_) {
      ::close(fd);
      return;
    }
    ++connections_;
    open_.push_back(fd);
    threads_.emplace_back([this, fd] {
      raw_socket connection{::dup(fd)};
      try {
        play_(connection, *this);
      } catch (const std::exception&) {  // the test that ended while we waited does not care any more
      }
      connection.close();
      const std::lock_guard closing{mutex_};
      std::erase(open_, fd);
      ::close(fd);
    });
  }
}

void scripted_upstream::stop() {
  if (stopping_.exchange(true)) return;
  ::shutdown(listening_, SHUT_RDWR);  // closed later: its number must not be reused while the acceptor may still use it
  const std::lock_guard lock{mutex_};
  for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
}

std::vector<std::string> scripted_upstream::requests() const {
  const std::lock_guard lock{mutex_};
  return requests_;
}

std::vector<std::string> scripted_upstream::await_requests(std::size_t count) const {
  std::unique_lock lock{mutex_};
  noted_.wait_for(lock, patience, [&] { return requests_.size() >= count; });
  return requests_;
}

bool scripted_upstream::all_closed() const {
  const std::lock_guard lock{mutex_};
  return open_.empty();
}

void scripted_upstream::note(std::string request) {
  const std::lock_guard lock{mutex_};
  requests_.push_back(std::move(request));
  noted_.notify_all();
}

std::string receive_to_the_last(raw_socket& connection, scripted_upstream& self) {
  std::string seen = connection.receive_some();
  if (seen.empty()) return {};
  self.note(seen.substr(0, seen.find("\r\n")));
  while (seen.find("last") == std::string::npos) {
    const std::string more = connection.receive_some();
    if (more.empty()) return {};
    seen += more;
  }
  return seen;
}

}  // namespace modelgate::test
