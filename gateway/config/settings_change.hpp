#pragma once

#include "modelgate/config/settings.hpp"

#include <string_view>
#include <vector>

namespace modelgate::config {

/// What differs between settings in use and settings that were read again, by the keys' names in the table's order.
struct settings_change {
  std::vector<std::string_view> taken;  ///< a running program takes them over
  std::vector<std::string_view> kept;   ///< the program goes on with the old ones until it is started again
};

/// Finds the differences and puts the values of `running` back into `next` where only a restart can change them.
[[nodiscard]] settings_change keep_what_needs_a_restart(const settings& running, settings& next);

}  // namespace modelgate::config
