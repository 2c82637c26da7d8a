#pragma once

#include "control/runtime/process/image_manifest.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::runtime::process {

/// One image as it stands in the catalogue now.
struct catalogue_image {
  image_manifest manifest;
  /// What makes up its folder: its own one first, then the included ones.
  std::vector<std::filesystem::path> folders;
};

/// The folder of model images, `<name>/<tag>/image.toml`.
///
/// Shape:  immutable, any-thread; every answer is read from disk, so that images can be added while modelgate runs.
class image_catalogue {
 public:
  explicit image_catalogue(const std::filesystem::path& root);

  /// Errors: a sentence that names the image and says what is there instead.
  [[nodiscard]] result<catalogue_image, std::string> find(std::string_view image) const;

  struct listing {
    std::vector<image_description> images;  ///< ordered by name
    std::vector<std::string> broken;        ///< a sentence for each image that cannot be used
  };
  [[nodiscard]] listing list() const;

  [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }

 private:
  [[nodiscard]] std::string known_tags(std::string_view name) const;

  std::filesystem::path root_;  ///< canonical where it exists
};

}  // namespace modelgate::control::runtime::process
