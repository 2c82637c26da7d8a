#pragma once

#include <string>
#include <string_view>

namespace modelgate::control::publish {

/// What metrics call an image.
struct image_label {
  std::string image;    ///< without tag or digest
  std::string version;  ///< the digest where there is one, else the tag, else "latest"

  friend bool operator==(const image_label&, const image_label&) = default;
};

/// Total: takes any text. A colon before the last '/' belongs to the registry's port.
[[nodiscard]] image_label label_of_image(std::string_view image);

}  // namespace modelgate::control::publish
