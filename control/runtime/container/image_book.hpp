#pragma once

#include "control/runtime/runtime_driver.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::runtime::container {

/// Which labels of an image tell modelgate what conf/images/README.md has for the images of processes.
namespace image_label {
inline constexpr std::string_view description = "org.opencontainers.image.description";
inline constexpr std::string_view protocol = "modelgate.protocol";
inline constexpr std::string_view health_path = "modelgate.health-path";
inline constexpr std::string_view concurrency = "modelgate.concurrency";
inline constexpr std::string_view example_request = "modelgate.example-request";
inline constexpr std::string_view example_path = "modelgate.example-path";
inline constexpr std::string_view unix_socket = "modelgate.unix-socket";  ///< "true": it can listen on one
}  // namespace image_label

/// An image as its labels describe it.
struct labelled_image {
  image_description description;
  std::string example_path;  ///< empty: where its protocol says
  bool can_use_socket = false;
};

/// Those labels that modelgate reads.
[[nodiscard]] std::map<std::string, std::string> own_labels(const std::map<std::string, std::string>& labels);

/// What labels say; those that say nothing sensible are as if they were not there, for an image is nobody's to correct.
[[nodiscard]] labelled_image read_image_labels(std::string_view image,
                                               const std::map<std::string, std::string>& labels);

/// The images that were seen here. What is not known yet is described as a Seldon image that says nothing of itself.
///
/// Shape: any-thread; a bounded number, the first by name go when there are more.
class image_book {
 public:
  void note(const image_description& image);
  [[nodiscard]] image_description describe(std::string_view image) const;
  [[nodiscard]] std::vector<image_description> list() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, image_description, std::less<>> images_;
};

}  // namespace modelgate::control::runtime::container
