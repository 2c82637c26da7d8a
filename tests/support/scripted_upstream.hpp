#pragma once

#include "tests/support/raw_socket.hpp"

#include "modelgate/net/endpoint.hpp"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace modelgate::test {

/// A replica that does what a test says: real sockets, raw bytes, one thread per connection.
class scripted_upstream {
 public:
  using script = std::function<void(raw_socket& connection, scripted_upstream& self)>;

  /// Every connection runs the script; when it returns the connection is closed.
  explicit scripted_upstream(script play);
  /// Answers every request with 200 and this body, keeping the connection.
  explicit scripted_upstream(std::string body = "ok");
  /// The same on a Unix-domain socket.
  struct socket_path {
    std::filesystem::path path;
  };
  explicit scripted_upstream(const socket_path& where);
  ~scripted_upstream();
  scripted_upstream(const scripted_upstream&) = delete;
  scripted_upstream& operator=(const scripted_upstream&) = delete;

  [[nodiscard]] const net::endpoint& address() const noexcept { return address_; }
  /// Raw requests in the order they were noted.
  [[nodiscard]] std::vector<std::string> requests() const;
  /// Waits until that many requests have been noted.
  [[nodiscard]] std::vector<std::string> await_requests(std::size_t count) const;
  [[nodiscard]] std::size_t connections() const noexcept { return connections_.load(); }
  [[nodiscard]] bool all_closed() const;
  void note(std::string request);
  /// Closes the listening socket and every connection, as a killed process would.
  void stop();

 private:
  struct listening_at {
    int socket = -1;
    net::endpoint address;
  };
  static listening_at listen_at_port();
  static listening_at listen_on(const std::filesystem::path& path);
  static script answer_with(const std::string& body);
  scripted_upstream(listening_at where, script play);
  void accept_loop();

  net::endpoint address_;
  int listening_ = -1;
  script play_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> connections_{0};
  mutable std::mutex mutex_;
  mutable std::condition_variable noted_;
  std::vector<std::string> requests_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// A request of which a body may come in pieces: notes its first line as soon as that is here, and answers all of it once
/// "last" is in it; empty when the connection has ended before.
[[nodiscard]] std::string receive_to_the_last(raw_socket& connection, scripted_upstream& self);

}  // namespace modelgate::test
