#pragma once

#include "modelgate/http/reason.hpp"

#include <cstdint>

namespace modelgate::proxy {

/// Every rule about retry, hedging and using a connection again, without I/O.
///
///     choosing --> connecting --> sending, awaiting --> streaming --> done
///        ^             |                |                   |
///        +--- retry ---+-------(*)------+                   +--> cut: the head is out, only closing can show an error
///                      +----------------+--> reply
///
/// (*) After bytes of a request were sent, a replica may have acted on it. Such a request goes out again only where its
/// deployment is idempotent and all that was sent of it is still there, within the deployment's retry budget. Whatever
/// happens, at most two replicas see a request: a hedge is its second try too.
///
/// A timeout and an answer that is not HTTP are never retried: the one has no time left, the other is an answer.
///
/// Shape: one per exchange.
class exchange_fsm {
 public:
  enum class action : std::uint8_t {
    retry,      ///< choose another replica
    reply,      ///< answer `why` ourselves
    cut,        ///< close the client's connection: its answer has begun and cannot be completed
    leave,      ///< the client has gone: nobody to answer
    take_over,  ///< the hedge goes on alone
  };
  struct decision {
    action what = action::reply;
    http::reason why = http::reason::upstream_reset;
    bool same_replica_will_do = false;  ///< of a retry: where there is no other one
    bool spends_budget = false;         ///< of a retry: only if there is something left

    friend bool operator==(const decision&, const decision&) = default;
  };

  enum class loss : std::uint8_t {
    connect_failed,
    connect_timeout,
    closed,
    kept_closed,  ///< one kept from an earlier request, and nothing came: it says nothing of the replica
    invalid,
  };

  static constexpr unsigned most_retries = 1;

  exchange_fsm() = default;
  explicit exchange_fsm(bool idempotent) noexcept : idempotent_{idempotent} {}

  void on_request_bytes_sent() noexcept { request_bytes_sent_ = true; }
  void on_response_head_sent() noexcept { response_head_sent_ = true; }
  /// What was sent of the request is not there any more, or not all of it.
  void on_copy_given_up() noexcept { has_copy_ = false; }

  /// No replica can be chosen. After a failed attempt, that failure is what the client is told.
  [[nodiscard]] decision on_no_replica() const noexcept;
  [[nodiscard]] decision on_upstream_lost(loss how) noexcept;
  /// The budget had nothing left for a retry.
  [[nodiscard]] decision on_budget_exhausted() const noexcept { return {action::reply, last_failure_}; }
  [[nodiscard]] decision on_timeout() const noexcept;
  [[nodiscard]] decision on_client_gone() const noexcept { return {action::leave, http::reason::client_closed}; }
  /// The client's body is broken, too large or too slow.
  [[nodiscard]] decision on_request_refused(http::reason why) const noexcept;

  /// Asked when the request has been sent whole.
  [[nodiscard]] bool may_hedge() const noexcept {
    return idempotent_ && has_copy_ && retries_ == 0 && !response_head_sent_;
  }
  void on_hedge_sent() noexcept {
    ++retries_;
    hedge_under_way_ = true;
  }
  /// Whether the hedge's answer, which came first, is the one for the client: its failure is not, as long as the other
  /// replica may do better.
  [[nodiscard]] bool takes_hedge(bool is_failure) const noexcept { return !is_failure || first_lost_; }
  /// It was given up, failed or has become the exchange's only replica.
  void on_hedge_ended() noexcept { hedge_under_way_ = false; }

  [[nodiscard]] unsigned retries() const noexcept { return retries_; }
  [[nodiscard]] bool request_bytes_sent() const noexcept { return request_bytes_sent_; }
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
  bool idempotent_ = false;
  bool has_copy_ = true;
  bool request_bytes_sent_ = false;
  bool response_head_sent_ = false;
  bool failed_before_ = false;
  bool hedge_under_way_ = false;
  bool first_lost_ = false;  ///< while a hedge was under way
  http::reason last_failure_ = http::reason::no_ready_replica;
  unsigned retries_ = 0;
};

}  // namespace modelgate::proxy
