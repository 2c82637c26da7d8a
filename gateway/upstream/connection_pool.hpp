#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/net/byte_stream.hpp"

#include <chrono>
#include <cstddef>
#include <vector>

namespace modelgate::upstream {

/// Idle keep-alive connections of one worker to one replica, the last used first.
///
/// A connection is looked at before it is given out: one that the replica has closed, or has written to unasked, is
/// dropped. A replica that keeps closing connections just as they are used is given none twice for a while, for longer each
/// time: requests that may not be sent again would be lost with them.
///
/// Shape: worker-local; at most `limit` connections, each idle for at most `max_idle`.
class connection_pool {
 public:
  connection_pool(std::size_t limit, std::chrono::milliseconds max_idle) noexcept
      : limit_{limit}, max_idle_{max_idle} {}

  void set_bounds(std::size_t limit, std::chrono::milliseconds max_idle) noexcept {
    limit_ = limit;
    max_idle_ = max_idle;
  }

  /// A connection that was alive a moment ago; nullptr when there is none.
  [[nodiscard]] net::stream_ptr take(steady_time now);
  void put(net::stream_ptr stream, steady_time now);
  /// A connection that `take` gave out had been closed by the replica, as its request showed.
  void on_stale(steady_time now) noexcept;
  void close_idle(steady_time now);
  void close_all() noexcept;
  [[nodiscard]] bool empty() const noexcept { return idle_.empty(); }

 private:
  static constexpr unsigned forgiven = 2;  // a server that is restarted may well close two at a time
  static constexpr std::chrono::seconds first_rest{1};
  static constexpr std::chrono::seconds longest_rest{64};
  static constexpr std::chrono::seconds remembered{10};  // after the rest

  struct idle_connection {
    net::stream_ptr stream;
    steady_time since;
  };

  std::size_t limit_;
  std::chrono::milliseconds max_idle_;
  std::vector<idle_connection> idle_;  ///< oldest first
  unsigned stale_ = 0;                 ///< in a row, none of them long after the one before
  steady_time last_stale_{};
  steady_time rests_until_{};
};

}  // namespace modelgate::upstream
