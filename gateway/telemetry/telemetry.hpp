#pragma once

#include "gateway/telemetry/access_log_writer.hpp"
#include "gateway/telemetry/log_file.hpp"
#include "gateway/telemetry/record_queue.hpp"
#include "gateway/telemetry/span_exporter.hpp"

#include "modelgate/config/settings.hpp"
#include "modelgate/metrics/gauge_reading.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace modelgate::telemetry {

/// The access log and the export of traces: reads what the workers write down.
///
/// Shape:  any-thread; a thread of its own writes. Outlives the workers.
/// Errors: the constructor throws std::runtime_error when the access log cannot be opened.
class telemetry {
 public:
  telemetry(const config::settings& settings, std::size_t workers);
  ~telemetry() { stop(); }
  telemetry(const telemetry&) = delete;
  telemetry& operator=(const telemetry&) = delete;

  [[nodiscard]] record_queue& of_worker(std::size_t index) noexcept { return *queues_[index]; }

  /// Goes on with these; the size of the queues stays.
  void reconfigure(const config::settings& settings);
  /// Opens the file anew: somebody has renamed it.
  void reopen();
  /// Writes and sends what waits, and ends. The workers have ended.
  void stop();

  [[nodiscard]] std::vector<metrics::gauge_reading> readings() const;

 private:
  struct order {
    config::access_log_settings log;
    bool reads = false;  ///< there is anything to read for
  };

  static order order_of(const config::settings& settings);
  void run();
  void follow_orders();
  void read_queues();
  void take(const request_record& record);
  void flush();

  reader_bell bell_;
  std::vector<std::unique_ptr<record_queue>> queues_;
  span_exporter exporter_;

  std::mutex mutex_;
  std::optional<order> next_;
  bool reopens_ = false;
  std::atomic<bool> stopping_{false};

  // Of the thread:
  order now_;
  log_file file_;
  access_log_writer writer_;
  std::string lines_;
  std::uint64_t lines_waiting_ = 0;
  bool reported_ = false;

  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> unwritten_{0};
  std::thread thread_;
};

}  // namespace modelgate::telemetry
