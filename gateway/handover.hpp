#pragma once

#include "control/runtime/file_handle.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/net/endpoint.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// How one process of the program hands its work over to the next. README.md tells the whole story; this is what the
/// two say to each other, over a socket pair that the new one inherits and nobody else:
///
///     new     hello                   its config is good, it wants to begin
///     running offer + descriptors     it has stopped reconciling: the store and the replicas are the new one's
///     new     ready | failed + why    it serves what the running one does, but takes no connection yet
///     running commit                  from here on the new one is in charge; the running one drains
///
/// Whoever ends closes the socket, and so tells the other. The running one ends a new one that it gives up.
namespace modelgate {

using control::runtime::file_handle;

struct offered_listener {
  net::endpoint configured;  ///< as the config said, port 0 included
  net::endpoint bound;
  std::vector<int> sockets;
};

/// What a new process takes over. The descriptors are not owned by this value.
struct handover_offer {
  offered_listener prediction;
  offered_listener control;
  offered_listener metrics;
  int upgrade_socket = -1;  ///< where `modelgate upgrade` asks
  int store_lock = -1;
  int runtime_lock = -1;
  std::vector<std::string> served;  ///< replicas that take requests now
  std::uint64_t upgrades = 0;       ///< that succeeded so far
  std::uint64_t failed_upgrades = 0;
};

/// Takes the sockets out of a listener when `wanted` is where they listen; empty otherwise, and they are closed.
[[nodiscard]] std::vector<int> take_sockets(offered_listener& from, const net::endpoint& wanted);

struct handover_message {
  std::string kind;  ///< "hello", "offer", "ready", "failed", "commit"
  std::string why;
  handover_offer offer;
};

/// One end of the socket pair.
///
/// Shape:  one thread. Blocking, with deadlines.
/// Errors: `send` answers false when the other end is gone; `receive` is empty then, and when what came makes no sense
///         or the deadline passed.
class handover_channel {
 public:
  explicit handover_channel(file_handle socket) : socket_{std::move(socket)} {}

  [[nodiscard]] int descriptor() const noexcept { return socket_.get(); }
  bool send(const handover_message& message, steady_time deadline) const;
  [[nodiscard]] std::optional<handover_message> receive(steady_time deadline) const;
  void close() noexcept { socket_.reset(); }

 private:
  file_handle socket_;
};

/// Waits until one of the descriptors can be read or has been closed by its peer. -1 stands for one that never can.
/// Errors: -1 when the deadline passed first; else its position.
[[nodiscard]] int wait_readable(std::span<const int> descriptors, steady_time deadline);

}  // namespace modelgate
