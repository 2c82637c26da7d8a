#pragma once

#include "control/runtime/runtime_driver.hpp"

#include "modelgate/base/diagnostic.hpp"
#include "modelgate/base/result.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::runtime::process {

/// What an `image.toml` says. conf/images/README.md documents every key.
struct image_manifest {
  image_description description;
  std::vector<std::string> command;
  std::filesystem::path working_folder = ".";
  std::vector<std::filesystem::path> include;  ///< from the catalogue's root
  std::map<std::string, std::string> environment;
  std::string example_path;  ///< where its example request goes; empty: where its protocol says
};

/// Errors: every mistake at once, located "line:column".
[[nodiscard]] result<image_manifest, diagnostics> parse_image_manifest(std::string_view toml, std::string image);

}  // namespace modelgate::control::runtime::process
