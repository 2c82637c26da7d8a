#include "control/runtime/usage_meter.hpp"

namespace modelgate::control::runtime {

void usage_meter::begin_instance(steady_time now) {
  cpu_.close();
  throttled_.close();
  looked_at_ = now;
}

void usage_meter::end_instance(steady_time now) {
  cpu_.close();
  throttled_.close();
  looked_at_.reset();
  told_at_ = now;
  if (memory_) memory_ = 0;
  if (cores_) cores_ = 0;
}

void usage_meter::look(const usage_sample& sample, steady_time now) {
  if (sample.cpu_seconds) {
    const double before = cpu_.of_instance;
    cpu_.take(*sample.cpu_seconds);
    cpu_known_ = true;
    if (looked_at_ && now > *looked_at_)
      cores_ = (cpu_.of_instance - before) / std::chrono::duration<double>(now - *looked_at_).count();
    looked_at_ = now;
    told_at_ = now;
  }
  if (sample.throttled_seconds) {
    throttled_.take(*sample.throttled_seconds);
    throttled_known_ = true;
  }
  if (sample.memory_bytes) memory_ = sample.memory_bytes;
}

std::optional<domain::replica_usage> usage_meter::read(std::int64_t memory_limit) const {
  if (!cpu_known_ || !memory_) return std::nullopt;
  domain::replica_usage usage;
  usage.at = told_at_;
  usage.cpu_seconds = cpu_.total();
  usage.cpu_cores = cores_;
  if (throttled_known_) usage.throttled_seconds = throttled_.total();
  usage.memory_bytes = *memory_;
  if (memory_limit > 0) usage.memory_limit = static_cast<std::uint64_t>(memory_limit);
  return usage;
}

}  // namespace modelgate::control::runtime
