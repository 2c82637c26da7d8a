#pragma once

#include "modelgate/base/clock.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

namespace modelgate::http_io {

/// Ends the waits of a socket when their time is over.
///
/// Shape: one per socket, on its thread; the socket outlives it.
class socket_deadline {
 public:
  enum class action {
    cancel,  ///< the running operation ends; the socket can still be written to. For single operations only: a composed
             ///< one could start its next step after the cancellation.
    close,   ///< this and every later operation ends
  };

  explicit socket_deadline(boost::asio::ip::tcp::socket& socket);
  ~socket_deadline();
  socket_deadline(const socket_deadline&) = delete;
  socket_deadline& operator=(const socket_deadline&) = delete;

  /// Replaces the deadline that was set before.
  void set(steady_time when, action then);
  void clear();
  /// Whether the deadline that was set last has passed.
  [[nodiscard]] bool expired() const noexcept;

 private:
  struct shared;

  boost::asio::steady_timer timer_;
  std::shared_ptr<shared> shared_;  ///< a timer's handler may run after this object has gone
};

}  // namespace modelgate::http_io
