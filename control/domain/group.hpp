#pragma once

#include "control/domain/traffic_limit.hpp"

#include "modelgate/base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::domain {

/// Bounds of a group; an absent one is no bound. Units as in `resources`.
struct quota_limits {
  std::optional<std::int64_t> cpu_milli;
  std::optional<std::int64_t> memory_bytes;
  std::optional<std::int64_t> gpu;

  friend bool operator==(const quota_limits&, const quota_limits&) = default;
};

struct group {
  std::string name;
  std::string display_name;
  bool enabled_deployment = false;
  std::optional<std::uint32_t> max_deploy;  ///< deployments that are not stopped
  quota_limits quota;
  traffic_limit limits{};            ///< of the requests to all its deployments together
  std::vector<std::string> admins;   ///< user names, sorted
  std::vector<std::string> members;  ///< user names, sorted; admins are members without being listed here

  friend bool operator==(const group&, const group&) = default;
};

}  // namespace modelgate::control::domain
