#pragma once

#include "control/runtime/process/image_catalogue.hpp"

#include "modelgate/base/result.hpp"

#include <filesystem>
#include <set>
#include <string>

namespace modelgate::control::runtime::process {

/// Copies of image folders where the replicas' user can read them but not write: one for each state of an image, shared
/// by the replicas that run it.
///
/// Shape: one thread at a time.
class image_copies {
 public:
  explicit image_copies(std::filesystem::path folder);

  /// Makes the copy, or finds it whole; its name. Errors: a sentence.
  [[nodiscard]] result<std::string, std::string> ensure(const catalogue_image& image,
                                                        const std::filesystem::path& catalogue_root);
  [[nodiscard]] std::filesystem::path path_of(const std::string& name) const { return folder_ / name; }
  void remove_all_but(const std::set<std::string>& used);

 private:
  std::filesystem::path folder_;
};

}  // namespace modelgate::control::runtime::process
