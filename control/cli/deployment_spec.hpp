#pragma once

#include "control/cli/failure.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::cli {

/// What the flags of `deployments create` said. What they did not say, the server fills in or asks for.
struct create_flags {
  std::string id;
  std::string name;
  std::string group;
  std::string image;
  std::vector<std::string> urls;  ///< of external replicas; their image is left open then
  std::string url_file;
  std::string health_path;
  std::string model_uri;
  std::string pull_secret;
  std::string instance_type;
  std::optional<std::uint32_t> replicas;
  bool private_access = false;
  std::string description;
  std::string message;
  std::vector<std::string> env;       ///< NAME=VALUE each
  std::vector<std::string> metadata;  ///< NAME=VALUE each
};

/// The body of the request: the members of `base` (a JSON object, or nothing) with the flags laid over them.
/// Errors: usage, for a base that is no JSON object and a pair without '='.
[[nodiscard]] outcome<std::string> make_deployment_spec(const create_flags& flags, std::string_view base);

}  // namespace modelgate::control::cli
