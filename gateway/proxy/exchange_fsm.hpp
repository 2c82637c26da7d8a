#pragma once

#include "modelgate/http/reason.hpp"

#include <cstdint>

namespace modelgate::proxy {

/// Every rule about retry and about using a connection again, without I/O.
///
///     choosing --> connecting --> sending, awaiting --> streaming --> done
///        ^             |                |                   |
///        +--- retry ---+                |                   +--> cut: the head is out, only closing can show an error
///        (nothing sent)+----------------+--> reply
///
/// Shape: one per exchange.
class exchange_fsm {
 public:
  enum class action : std::uint8_t {
    retry,  ///< choose another replica
    reply,  ///< answer `why` ourselves
    cut,    ///< close the client's connection: its answer has begun and cannot be completed
    leave,  ///< the client has gone: nobody to answer
  };
  struct decision {
    action what = action::reply;
    http::reason why = http::reason::upstream_reset;

    friend bool operator==(const decision&, const decision&) = default;
  };

  enum class loss : std::uint8_t { connect_failed, connect_timeout, closed, invalid };

  static constexpr unsigned most_retries = 1;

  void on_request_bytes_sent() noexcept { request_bytes_sent_ = true; }
  void on_response_head_sent() noexcept { response_head_sent_ = true; }

  /// No replica can be chosen. After a failed attempt, that failure is what the client is told.
  [[nodiscard]] decision on_no_replica() const noexcept;
  [[nodiscard]] decision on_upstream_lost(loss how) noexcept;
  [[nodiscard]] decision on_timeout() const noexcept;
  [[nodiscard]] decision on_client_gone() const noexcept { return {action::leave, http::reason::client_closed}; }
  /// The client's body is broken, too large or too slow.
  [[nodiscard]] decision on_request_refused(http::reason why) const noexcept;

  [[nodiscard]] unsigned retries() const noexcept { return retries_; }
  [[nodiscard]] bool response_head_sent() const noexcept { return response_head_sent_; }

  /// What is known of both messages when the response is complete.
  struct ending {
    bool request_sent_whole = false;
    bool upstream_keeps = false;     ///< the response says so
    bool upstream_surplus = false;   ///< bytes came after the response: nobody asked for them
    bool client_keeps = false;       ///< the request and the worker's state say so
    bool response_delimited = true;  ///< its end could be told without closing
  };
  [[nodiscard]] static bool may_keep_upstream(const ending& end) noexcept;
  [[nodiscard]] static bool may_keep_client(const ending& end) noexcept;

 private:
  bool request_bytes_sent_ = false;
  bool response_head_sent_ = false;
  bool failed_before_ = false;
  http::reason last_failure_ = http::reason::no_ready_replica;
  unsigned retries_ = 0;
};

}  // namespace modelgate::proxy
