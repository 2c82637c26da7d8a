#pragma once

#include "control/service/service_context.hpp"

#include "modelgate/config/settings.hpp"
#include "modelgate/net/endpoint.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace modelgate {

/// Makes the demo state, once, waits on a thread of its own until it serves, and prints how to call it.
///
/// Shape: one per program, used on its main thread; ended before what it was begun with.
class demo {
 public:
  demo() = default;
  ~demo() { end(); }
  demo(const demo&) = delete;
  demo& operator=(const demo&) = delete;

  /// `settings` and the addresses in use are copied.
  void begin(const control::service::service_context& context, const config::settings& settings,
             const net::endpoint& prediction, const net::endpoint& control);
  /// Also while it still waits, and before anything was begun.
  void end();

 private:
  void run(const control::service::service_context& context, const config::settings& settings,
           const net::endpoint& prediction, const net::endpoint& control);

  std::mutex mutex_;
  std::condition_variable ended_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace modelgate
