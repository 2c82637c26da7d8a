#include "control/service/chart_recorder.hpp"

namespace modelgate::control::service {

void chart_recorder::start() {
  const std::lock_guard lock{mutex_};
  if (!stopped_ || !context_.count_gateway) return;
  stopped_ = false;
  thread_ = std::thread{[this] { run(); }};
}

void chart_recorder::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
  }
  stopped_changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void chart_recorder::run() {
  // Steps end at even times of the clock, so that those of two gateways, and of two runs, are the same.
  const auto step = history_.step();
  for (;;) {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(system_clock::now().time_since_epoch());
    const system_time end{(now / step + 1) * step};
    {
      std::unique_lock lock{mutex_};
      // In small waits: the clock may be set meanwhile.
      while (!stopped_ && system_clock::now() < end) {
        const auto left = end - system_clock::now();
        if (left > step) break;
        stopped_changed_.wait_for(lock, left);
      }
      if (stopped_) return;
    }
    std::vector<replica_reading> usage;
    for (const runtime::observed_replica& each : context_.runtime.observe()) {
      if (each.usage) usage.push_back({each.deployment, each.name, *each.usage});
    }
    history_.add(end, context_.count_gateway(), usage);
  }
}

}  // namespace modelgate::control::service
