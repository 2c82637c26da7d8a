#pragma once

#include "modelgate/config/snapshot.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace modelgate::control::runtime {

/// A request that a replica must have answered before it is ready.
struct warm_up_request {
  std::string path;
  std::string body;  ///< JSON text

  friend bool operator==(const warm_up_request&, const warm_up_request&) = default;
};

/// Where the example request goes: the image's own path for it, else where a Seldon replica takes predictions. Which
/// path a passthrough replica takes them at nobody but its image can tell: without that it is not warmed up.
[[nodiscard]] inline std::optional<warm_up_request> find_warm_up(const std::optional<std::string>& example,
                                                                 config::upstream_protocol protocol,
                                                                 std::string_view image_path) {
  if (!example) return std::nullopt;
  if (!image_path.empty()) return warm_up_request{std::string{image_path}, *example};
  if (protocol == config::upstream_protocol::seldon) return warm_up_request{"/predict", *example};
  return std::nullopt;
}

}  // namespace modelgate::control::runtime
