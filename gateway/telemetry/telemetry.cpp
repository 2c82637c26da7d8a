#include "gateway/telemetry/telemetry.hpp"

#include "modelgate/base/log.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace modelgate::telemetry {
namespace {

constexpr std::size_t largest_write = 65'536;
constexpr int lower_priority = 5;  ///< than that of workers, which share the cores

log_file::limits limits_of(const config::access_log_settings& settings) noexcept {
  return {settings.file_bytes, settings.files};
}

}  // namespace

telemetry::order telemetry::order_of(const config::settings& settings) {
  return {settings.access_log, !settings.access_log.path.empty() || !settings.tracing.otlp_endpoint.empty()};
}

telemetry::telemetry(const config::settings& settings, std::size_t workers)
    : exporter_{settings.tracing}, now_{order_of(settings)} {
  for (std::size_t i = 0; i < workers; ++i) {
    queues_.push_back(std::make_unique<record_queue>(settings.access_log.queue_lines, bell_));
  }
  file_.set_limits(limits_of(now_.log));
  if (const error_code problem = file_.open(now_.log.path)) {
    throw std::runtime_error{"the access log " + now_.log.path.string() + " cannot be opened: " + problem.message()
                             + "; change access_log.path"};
  }
  thread_ = std::thread{[this] { run(); }};
}

void telemetry::reconfigure(const config::settings& settings) {
  exporter_.reconfigure(settings.tracing);
  {
    const std::lock_guard lock{mutex_};
    next_ = order_of(settings);
  }
  bell_.ring();
}

void telemetry::reopen() {
  {
    const std::lock_guard lock{mutex_};
    reopens_ = true;
  }
  bell_.ring();
}

void telemetry::stop() {
  stopping_ = true;
  bell_.ring();
  if (thread_.joinable()) thread_.join();
  exporter_.stop();
}

void telemetry::run() {
  ::pthread_setname_np(::pthread_self(), "access-log");
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), lower_priority);
  while (!stopping_) {
    bell_.wait(now_.reads ? static_cast<int>(
                   std::min<std::int64_t>(now_.log.flush_interval.count(), std::numeric_limits<int>::max()))
                          : -1);
    follow_orders();
    read_queues();
  }
  read_queues();
}

void telemetry::follow_orders() {
  std::optional<order> next;
  bool reopens = false;
  {
    const std::lock_guard lock{mutex_};
    next = std::exchange(next_, std::nullopt);
    reopens = std::exchange(reopens_, false);
  }
  if (next) {
    read_queues();  // what was written down under the settings before
    now_ = std::move(*next);
    file_.set_limits(limits_of(now_.log));
  }
  if (!reopens && file_.path() == now_.log.path) return;
  if (const error_code problem = file_.open(now_.log.path)) {
    log::error("access-log", "the access log cannot be opened; its lines are lost until it can",
               {{"path", std::string_view{now_.log.path.native()}}, {"why", std::string_view{problem.message()}}});
  }
}

void telemetry::read_queues() {
  for (const auto& queue : queues_) queue->take([this](const request_record& record) { take(record); });
  flush();
}

void telemetry::take(const request_record& record) {
  if (record.to_trace) exporter_.push(record);
  if (!record.to_log || now_.log.path.empty()) return;
  const std::size_t before = lines_.size();
  writer_.append(lines_, record, now_.log.format);
  ++lines_waiting_;
  const std::uint64_t most = now_.log.file_bytes == 0 ? largest_write : std::min(now_.log.file_bytes, largest_write);
  if (lines_.size() + (lines_.size() - before) > most) flush();
}

void telemetry::flush() {
  if (lines_.empty()) return;
  const std::size_t lost = file_.write(lines_);
  const auto from = lines_.end() - static_cast<std::ptrdiff_t>(lost);
  const auto lost_lines = static_cast<std::uint64_t>(std::count(from, lines_.end(), '\n'));
  written_ += lines_waiting_ - lost_lines;
  unwritten_ += lost_lines;
  lines_.clear();
  lines_waiting_ = 0;
  if (lost_lines > 0 && !std::exchange(reported_, true)) {
    log::error("access-log", "lines of the access log cannot be written and are lost, until this changes",
               {{"path", std::string_view{now_.log.path.native()}}});
  }
  if (lost_lines == 0 && std::exchange(reported_, false)) log::info("access-log", "lines are written again");
}

std::vector<metrics::gauge_reading> telemetry::readings() const {
  std::uint64_t overflowed = 0;
  std::uint64_t traces = 0;
  for (const auto& queue : queues_) {
    overflowed += queue->dropped_lines();
    traces += queue->dropped_traces();
  }
  const char* dropped = "Lines of the access log that were not written, by why.";
  std::vector<metrics::gauge_reading> all{
      {"modelgate_access_log_lines_total", "Lines of the access log.", {}, static_cast<double>(written_.load()), true},
      {"modelgate_access_log_lines_dropped_total",
       dropped,
       {{"reason", "queue_full"}},
       static_cast<double>(overflowed),
       true},
      {"modelgate_access_log_lines_dropped_total",
       dropped,
       {{"reason", "not_written"}},
       static_cast<double>(unwritten_.load()),
       true}};
  for (metrics::gauge_reading& each : exporter_.readings(2 * traces)) all.push_back(std::move(each));
  return all;
}

}  // namespace modelgate::telemetry
