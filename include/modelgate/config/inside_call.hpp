#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace modelgate::config {

/// What became of a request, as the gateway knows it.
struct call_trail {
  unsigned status = 0;      ///< 0: there was none before the caller went
  bool by_gateway = false;  ///< the gateway answered itself
  std::string
      reason;  ///< why the gateway answered itself, or cut the answer: "NO_READY_REPLICA"; empty: a replica's, in full
  std::string replica;                     ///< that was asked last; empty: none was
  std::chrono::nanoseconds queue{0};       ///< for a place at a replica
  std::chrono::nanoseconds connect{0};     ///< to it
  std::chrono::nanoseconds first_byte{0};  ///< from then on until the head of its answer
  std::chrono::nanoseconds total{0};
};

/// Somebody in this process who sends a deployment one request, over a connection that no listener took: what he is he
/// has shown to control, so private deployments serve him without a client's token, and his replica is told his name.
///
/// Shape: immutable.
struct inside_caller {
  std::string user;     ///< as X-Forwarded-User, where his request has no Authorization
  std::string address;  ///< where his own request came from
  /// Called when the request has been answered or cannot be any more, on a worker: it must return at once.
  std::function<void(call_trail)> ended;
};
using inside_caller_ptr = std::shared_ptr<const inside_caller>;

}  // namespace modelgate::config
