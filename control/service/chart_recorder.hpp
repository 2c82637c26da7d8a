#pragma once

#include "control/service/chart_history.hpp"
#include "control/service/service_context.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace modelgate::control::service {

/// Adds what the gateway has counted to the history at the end of every step.
///
/// Shape: one thread of its own; refers to the context.
class chart_recorder {
 public:
  chart_recorder(const service_context& context, std::chrono::milliseconds step, std::size_t bytes)
      : context_{context}, history_{step, bytes} {}
  ~chart_recorder() { stop(); }
  chart_recorder(const chart_recorder&) = delete;
  chart_recorder& operator=(const chart_recorder&) = delete;

  void start();
  void stop();

  [[nodiscard]] const chart_history& history() const noexcept { return history_; }

 private:
  void run();

  const service_context& context_;
  chart_history history_;
  std::mutex mutex_;
  std::condition_variable stopped_changed_;
  bool stopped_ = true;
  std::thread thread_;
};

}  // namespace modelgate::control::service
