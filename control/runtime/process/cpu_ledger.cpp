#include "control/runtime/process/cpu_ledger.hpp"

namespace modelgate::control::runtime::process {

void cpu_ledger::look(const std::vector<process_status>& now) {
  std::map<key, process_status> next;
  std::uint64_t running = 0;
  std::uint64_t waited = 0;  // what came in from children that have ended since the last look
  for (const process_status& each : now) {
    const key who{each.pid, each.start_time};
    if (!next.emplace(who, each).second) continue;
    running += each.own_ticks + each.waited_ticks;
    const auto before = seen_.find(who);
    const std::uint64_t waited_before = before == seen_.end() ? 0 : before->second.waited_ticks;
    if (each.waited_ticks > waited_before) waited += each.waited_ticks - waited_before;
  }
  std::uint64_t gone = 0;
  for (const auto& [who, each] : seen_) {
    if (!next.contains(who)) gone += each.own_ticks + each.waited_ticks;
  }
  if (gone > waited) lost_ += gone - waited;
  seen_ = std::move(next);
  running_ = running;
}

std::vector<process_status> cpu_ledger::missing(const std::vector<process_status>& now) const {
  std::map<key, process_status> left = seen_;
  for (const process_status& each : now) left.erase({each.pid, each.start_time});
  std::vector<process_status> all;
  for (const auto& [who, each] : left) all.push_back(each);
  return all;
}

}  // namespace modelgate::control::runtime::process
