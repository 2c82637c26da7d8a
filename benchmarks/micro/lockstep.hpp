#pragma once

#include "modelgate/gateway.hpp"
#include "modelgate/net/socket_handle.hpp"

#include <chrono>
#include <string>

namespace modelgate::benchmarks {

/// A gateway with one worker, its one client and its one replica. They go by turns: whoever is next waits until the
/// worker has nothing left to do. So a prediction costs the worker the same turns, reads and writes each time, however
/// slow the machine or the tool that counts.
///
/// Shape:  one thread, beside the gateway's own.
/// Errors: std::runtime_error, when something does not come within seconds.
class lockstep {
 public:
  /// `folder`: for the access log.
  explicit lockstep(const std::string& folder);

  /// One prediction, from the client and back to it, over connections that are kept.
  void predict();
  /// The worker's thread, as the kernel knows it.
  [[nodiscard]] int worker() const noexcept { return worker_; }

 private:
  void await_worker() const;

  net::socket_handle listening_;
  gateway gateway_;
  std::string request_;
  std::string answer_;
  net::socket_handle client_;
  net::socket_handle replica_;
  int worker_ = 0;
};

}  // namespace modelgate::benchmarks
