// What a replica takes of its machine.
#include "control/runtime/process/process_replica.hpp"

#include <unistd.h>

#include <algorithm>

namespace modelgate::control::runtime::process {

usage_sample process_replica::group_usage() const {
  return group_ ? group_->usage() : usage_sample{};
}

void process_replica::take_usage(usage_sample sample, const process_use* found) {
  if (!is_running()) return;
  if (found != nullptr && !sample.cpu_seconds) {
    static const auto ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
    std::vector<process_status> processes = found->processes;
    // What has ended and waits for its parent is in no list of what runs, and will be in its parent's count.
    for (const process_status& each : ledger_.missing(processes)) {
      const auto status = status_of_process(each.pid);
      if (status && status->start_time == each.start_time) processes.push_back(*status);
    }
    ledger_.look(processes);
    sample.cpu_seconds = static_cast<double>(ledger_.total()) / ticks_per_second;
  }
  if (found != nullptr && !sample.memory_bytes) {
    // Nothing counts twice in one process; of several the kernel has to look at every page.
    const bool alone = found->processes.size() == 1;
    sample.memory_bytes = alone ? found->resident : proportional_memory(found->processes).value_or(found->resident);
  }
  usage_.look(sample, steady_clock::now());
  context_.changed(*this);
}

}  // namespace modelgate::control::runtime::process
