#pragma once

#include "gateway/telemetry/request_record.hpp"

#include "modelgate/config/settings.hpp"
#include "modelgate/metrics/gauge_reading.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace modelgate::telemetry {

/// Sends records as spans to an OpenTelemetry collector, in batches.
///
/// A batch that the collector does not take for now (no connection, 429, 502, 503, 504, no answer) is sent again after a
/// pause, each longer than the one before; what is refused, and what has had all its attempts, is dropped and counted.
///
/// Shape: any-thread; sends on a thread of its own. At its end each batch that waits gets one attempt, until one fails.
class span_exporter {
 public:
  explicit span_exporter(config::tracing_settings settings);
  ~span_exporter() { stop(); }
  span_exporter(const span_exporter&) = delete;
  span_exporter& operator=(const span_exporter&) = delete;

  void reconfigure(config::tracing_settings settings);
  void push(const request_record& record);
  void stop();
  /// Spans that nobody got, by why; `earlier` were dropped before they came here.
  [[nodiscard]] std::vector<metrics::gauge_reading> readings(std::uint64_t earlier) const;

 private:
  enum class outcome { taken, again, refused };

  void run();
  void deliver(const std::vector<request_record>& batch, const config::tracing_settings& settings);
  /// Answers whether there is time for another attempt.
  [[nodiscard]] bool pause(std::uint64_t attempts_made);
  [[nodiscard]] outcome post(const std::string& body, const config::tracing_settings& settings, std::string& why) const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  config::tracing_settings settings_;
  std::deque<request_record> queue_;
  bool stopping_ = false;
  bool gave_up_ = false;  ///< while stopping
  bool reported_ = false;
  std::atomic<std::uint64_t> exported_{0};
  std::atomic<std::uint64_t> overflowed_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> undelivered_{0};
  std::thread thread_;
};

}  // namespace modelgate::telemetry
