#pragma once

#include "control/runtime/process/process_table.hpp"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace modelgate::control::runtime::process {

/// The processor time of a tree of processes, where no control group counts it: what runs says what it took, and what
/// its children took that it waited for. A process whose end nobody of the tree waits for takes its count along, so the
/// last one that was seen of it is kept here.
///
/// The sum never goes down. It is too small by what a process did between the last look at it and an end that nobody of
/// the tree waited for, and by such ends in the shade of others that were waited for between the same two looks.
///
/// Shape:  pure; one per instance of a replica.
/// Units:  clock ticks.
class cpu_ledger {
 public:
  /// All processes of the tree that there are, those included that have ended and were not waited for yet.
  void look(const std::vector<process_status>& now);
  /// Those of the last look that are not among `now`.
  [[nodiscard]] std::vector<process_status> missing(const std::vector<process_status>& now) const;
  [[nodiscard]] std::uint64_t total() const noexcept { return running_ + lost_; }

 private:
  using key = std::pair<pid_t, std::uint64_t>;
  std::map<key, process_status> seen_;
  std::uint64_t running_ = 0;  ///< what those that run say of themselves
  std::uint64_t lost_ = 0;     ///< what nobody says any more
};

}  // namespace modelgate::control::runtime::process
