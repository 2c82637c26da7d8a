#pragma once

#include "modelgate/base/clock.hpp"

#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::domain {

/// What a runtime may need to pull an image from a registry that is not open to everybody. This is what may be told of
/// it; the credentials are kept beside it, sealed.
struct pull_secret {
  std::string name;
  std::optional<std::string> group;     ///< whose deployments may use it; absent: everybody's
  std::vector<std::string> registries;  ///< sorted
  std::optional<std::string> user;      ///< absent when it was made from a whole docker config
  system_time created_at;
  std::string created_by;
  system_time updated_at;
  std::string updated_by;

  friend bool operator==(const pull_secret&, const pull_secret&) = default;
};

}  // namespace modelgate::control::domain
