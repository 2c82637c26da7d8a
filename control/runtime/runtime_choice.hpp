#pragma once

#include "control/runtime/runtime_driver.hpp"

#include "modelgate/config/settings.hpp"

namespace modelgate::control::runtime {

/// Which way of running a replica gets: that of its instance type, else that of its group, else the default. Docker comes
/// before Podman where both name the same.
[[nodiscard]] config::runtime_kind choose_runtime(const config::settings& settings, const placement& where);

}  // namespace modelgate::control::runtime
