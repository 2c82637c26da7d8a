#pragma once

#include "control/cli/failure.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::cli {

/// What the flags of `deployments create` and `update` said. What they did not say is left out.
struct spec_flags {
  std::optional<std::string> id;
  std::optional<std::string> name;
  std::optional<std::string> group;
  std::optional<std::string> image;
  std::vector<std::string> urls;  ///< of external replicas; their image is left open then
  std::optional<std::string> url_file;
  std::optional<std::string> health_path;
  std::optional<std::string> model_uri;
  std::optional<std::string> pull_secret;
  std::optional<std::string> instance_type;
  std::optional<std::uint32_t> replicas;
  std::optional<bool> private_access;
  std::optional<bool> stop;
  std::optional<bool> auto_rollback;
  std::optional<std::string> progress_deadline;  ///< a duration
  std::optional<std::string> description;
  std::optional<std::string> message;
  std::vector<std::string> env;       ///< NAME=VALUE each
  std::vector<std::string> metadata;  ///< NAME=VALUE each
};

/// A deployment as a file tells it, in JSON or in TOML: what begins with a brace is JSON.
/// Errors: usage, with `name`, line and column, for what is neither.
[[nodiscard]] outcome<boost::json::object> parse_deployment_file(std::string_view text, const std::string& name);

/// The body of a request: the members of `base` with the flags laid over them. Errors: usage, for a pair without '='.
[[nodiscard]] outcome<boost::json::object> make_deployment_spec(const spec_flags& flags, boost::json::object base);

}  // namespace modelgate::control::cli
