#pragma once

#include "gateway/proxy/exchange.hpp"
#include "gateway/server/worker.hpp"

#include "modelgate/http/reason.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace modelgate::server {

/// What a request leaves on its way through a session, for its record.
///
/// Shape: one per request, in the session's coroutine.
struct request_trail {
  unsigned status = 0;  ///< 0: the client went before there was one
  std::optional<http::reason> why;
  bool answered_here = false;  ///< what was sent is in the session's reply buffer
  deployment_state_ptr deployment;
  const routing::route_client* client = nullptr;  ///< who was let in; null: nobody
  std::string_view person;                        ///< who tries it from the control port; the session's
  routing::client_tally* tally = nullptr;         ///< of that client
  held_table_ptr held;                            ///< which has them
  std::chrono::nanoseconds queued{0};
  std::chrono::nanoseconds connecting{0};
  std::chrono::nanoseconds replica_time{0};  ///< of all tries together
  proxy::upstream_trail upstream;
  std::unique_ptr<proxy::upstream_trail> other_try;  ///< null: there was no more than one

  void take(proxy::exchange_result& result) noexcept {
    status = result.status;
    queued = result.queued;
    connecting = result.connecting;
    replica_time = result.replica_time;
    other_try = std::move(result.other_try);
    upstream = std::move(result.trail);
  }
};

}  // namespace modelgate::server
