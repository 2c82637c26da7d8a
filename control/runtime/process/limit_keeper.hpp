#pragma once

#include "control/runtime/process/control_group.hpp"
#include "control/runtime/process/limit_choice.hpp"
#include "control/runtime/runtime_driver.hpp"

#include "modelgate/config/settings.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace modelgate::control::runtime::process {

/// The control groups of all replicas of one data folder, where there can be any: made, and removed again.
///
/// Shape:  the driver's thread, but for `report`, which never changes.
/// Errors: a group that cannot be made is said in the log, and the replica's memory is looked at instead: limits never
///         keep a replica from starting.
class limit_keeper {
 public:
  /// `instance` tells this data folder from every other one.
  limit_keeper(const config::process_runtime_settings& settings, const std::string& instance);

  /// Says in the log, once, what is in force. Not at once: a program that cannot start says why in one line.
  void announce();
  [[nodiscard]] const limit_report& report() const noexcept { return report_; }
  /// What holds a replica that has no control group.
  [[nodiscard]] limit_method without_group() const noexcept {
    return choice_.ground.method == limit_method::none ? limit_method::none : limit_method::polling;
  }

  /// A group for the next instance of a replica. Absent: it has to do without.
  [[nodiscard]] std::optional<control_group> make(const std::string& replica, const domain::resources& limits);
  /// Removes the group of an instance that has ended, now or as soon as nothing is in it any more.
  void retire(control_group group);
  /// Tries again to remove what could not be removed yet.
  void remove_retired();
  /// Removes the groups of an earlier modelgate, but for those of the replicas that are named.
  void remove_all_but(const std::set<std::string>& replicas);
  /// Another process removes what is left from now on, and may use the names of retired groups again.
  void let_go() { retired_.clear(); }
  /// Removes everything; nothing runs any more.
  void remove_all();

 private:
  const config::process_runtime_settings& settings_;
  cgroup_table table_;
  std::string name_;
  limit_choice choice_;
  limit_report report_;
  std::vector<control_group> retired_;
  bool announced_ = false;
};

}  // namespace modelgate::control::runtime::process
