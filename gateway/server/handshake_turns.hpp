#pragma once

#include "modelgate/net/event_loop.hpp"
#include "modelgate/net/wake_signal.hpp"

#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <optional>

namespace modelgate::server {

/// Lets one connection at a time go on with its TLS handshake, one in each turn of the worker's loop.
///
/// A step of a handshake may cost a signature: thousands of times what it costs a peer to ask for it, and many times a
/// prediction. A burst of them taken as it comes would make every prediction on the worker wait for all of it; so each
/// prediction waits for one at most, and handshakes wait for each other: those that have begun and new ones in turns, each
/// in the order of their coming, so that what a signature was spent on is not given up. Between two of
/// a burst the thread yields its core: a replica or a client on this machine may be waiting for that.
///
/// Shape: worker-local. What waits is bounded by the limits on connections, and how long by `timeouts.handshake`.
class handshake_turns {
 public:
  explicit handshake_turns(net::event_loop& loop) noexcept : loop_{loop} {}
  handshake_turns(const handshake_turns&) = delete;
  handshake_turns& operator=(const handshake_turns&) = delete;

  /// A place in the line, from construction to destruction. When its turn comes `signal` is notified.
  class place : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
   public:
    /// `begun`: a step of it has been taken before.
    place(handshake_turns& of, net::wake_signal& signal, bool begun);

    [[nodiscard]] bool has_come() const noexcept { return has_come_; }

   private:
    friend class handshake_turns;
    net::wake_signal& signal_;
    bool has_come_ = false;
  };

 private:
  void await_next_turn();
  void next();

  net::event_loop& loop_;
  using line = boost::intrusive::list<place, boost::intrusive::constant_time_size<false>>;
  line fresh_;
  line begun_;
  bool begun_had_the_last_ = false;
  bool is_awaited_ = false;                  ///< the next turn, by those who are in line
  std::optional<std::uint64_t> last_taken_;  ///< the loop's turn that had the last step
};

}  // namespace modelgate::server
