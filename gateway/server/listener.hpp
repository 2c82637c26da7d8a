#pragma once

#include "modelgate/net/endpoint.hpp"
#include "modelgate/net/event_loop.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace modelgate::server {

/// The listening sockets of one address, at least one for each worker; the kernel spreads connections over them.
///
/// A first bind without SO_REUSEPORT finds out whether somebody else has the port: with it, two programs could share
/// one unnoticed. Port 0 is resolved once and shared.
///
/// Sockets that the process before this one handed over are taken as they are, with all that waits in them, and only
/// what is missing is opened. Those of a process that had more workers go to the workers that there are: to close one
/// would be to reset whoever is just connecting to it.
///
/// Errors: throws boost::system::system_error when the address cannot be had.
class listening_sockets {
 public:
  /// Takes `handed`, which may be empty. `unsent_bytes`: what the kernel takes for a peer beyond what is on its way.
  listening_sockets(const net::endpoint& address, std::size_t count, std::vector<int> handed, std::size_t unsent_bytes);
  ~listening_sockets();
  listening_sockets(const listening_sockets&) = delete;
  listening_sockets& operator=(const listening_sockets&) = delete;

  [[nodiscard]] const net::endpoint& address() const noexcept { return address_; }
  /// Gives away those of one worker. Each worker asks once.
  [[nodiscard]] std::vector<int> release_for(std::size_t worker);
  /// All of them, also those that were given away: for the process that comes next, while nobody has closed them.
  [[nodiscard]] const std::vector<int>& descriptors() const noexcept { return descriptors_; }

 private:
  std::size_t workers_;
  net::endpoint address_;
  std::vector<int> sockets_;  ///< -1: given away
  std::vector<int> descriptors_;
};

/// Accepts connections on one worker.
///
/// Shape:  worker-local. `on_accept` gets each connection and its peer's address.
/// Errors: when the process runs out of file descriptors it pauses for `backoff` instead of spinning.
class listener final : public net::watcher {
 public:
  static constexpr std::chrono::milliseconds backoff{100};
  using accept_handler = std::function<void(net::socket_handle socket, std::string peer)>;

  listener(net::event_loop& loop, int socket, accept_handler on_accept);
  ~listener();
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  void start();
  /// Takes what has already connected, then closes the listening socket.
  void drain();

  void on_ready(std::uint32_t events) override;

 private:
  void watch();
  void stop_watching();
  /// False when nothing more can be accepted now.
  bool accept_one();
  void pause();

  net::event_loop& loop_;
  net::socket_handle socket_;
  accept_handler on_accept_;
  std::uint64_t last_turn_ = 0;  ///< of the loop, in which some were accepted
  bool watched_ = false;
  bool paused_ = false;
};

}  // namespace modelgate::server
