#pragma once

#include "control/runtime/process/cgroup_table.hpp"
#include "control/runtime/process/control_group.hpp"

#include "modelgate/config/settings.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// How the limits of replicas can be enforced here: by control groups below the one that modelgate itself is in, so that
/// whatever bounds modelgate bounds its replicas too.
namespace modelgate::control::runtime::process {

struct limit_choice {
  group_ground ground;  ///< its method may also be `polling` or `none`, without folders
  /// Why no better way was taken; empty for the best one, or for the one that the config names.
  std::string why_not;
};

/// Tries the ways that `wanted` allows, the best first. `name` is that of the folder to make for the groups of all
/// replicas. Where a group of v2 may not have both processes and groups below it, modelgate moves itself into one beside
/// that folder.
[[nodiscard]] limit_choice choose_limits(config::limit_mode wanted, const cgroup_table& table, const std::string& name);

/// Every folder that `choose_limits` may ever have made, by whichever config: where leftovers are looked for.
[[nodiscard]] std::vector<std::filesystem::path> possible_group_folders(const cgroup_table& table,
                                                                        const std::string& name);

}  // namespace modelgate::control::runtime::process
