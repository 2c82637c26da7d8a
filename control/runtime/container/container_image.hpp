#pragma once

#include "modelgate/base/result.hpp"

#include <string>
#include <string_view>

namespace modelgate::control::runtime::container {

/// The name of an image in a registry, taken apart: `[registry/]repository[:tag][@digest]`.
struct container_image {
  std::string registry;    ///< "127.0.0.1:5000"; "docker.io" where none is named
  std::string repository;  ///< as it was given, the registry included where it was
  std::string tag;         ///< "latest" where neither a tag nor a digest is named
  std::string digest;      ///< "sha256:..."; then the tag does not count

  friend bool operator==(const container_image&, const container_image&) = default;
};

/// Errors: a sentence that names the image. What passes can stand in the target of a request.
/// Source: OCI distribution specification, "Pulling manifests"; Docker's reference grammar.
[[nodiscard]] result<container_image, std::string> parse_container_image(std::string_view image);

/// What an engine knows the image by: "127.0.0.1:5000/team/model:v1".
[[nodiscard]] std::string to_string(const container_image& image);

}  // namespace modelgate::control::runtime::container
