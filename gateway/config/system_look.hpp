#pragma once

#include "gateway/config/settings_table.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace modelgate::config {

/// What the settings name and this system does not have: the user of replicas (its default too, when modelgate is root
/// and needs it), the catalogue, folders that cannot be made where they are named, and files of TLS that cannot be used. `is_set` tells which keys to look
/// at. Reads the disk and the list of users.
[[nodiscard]] std::vector<settings_problem> find_missing(const settings& whole,
                                                         const std::function<bool(std::string_view key)>& is_set);

}  // namespace modelgate::config
