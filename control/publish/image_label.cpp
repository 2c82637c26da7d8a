#include "control/publish/image_label.hpp"

namespace modelgate::control::publish {

image_label label_of_image(std::string_view image) {
  std::string_view digest;
  if (const auto at = image.find('@'); at != std::string_view::npos) {
    digest = image.substr(at + 1);
    image = image.substr(0, at);
  }
  std::string_view tag = "latest";
  const auto colon = image.rfind(':');
  if (colon != std::string_view::npos && image.find('/', colon) == std::string_view::npos) {
    tag = image.substr(colon + 1);
    image = image.substr(0, colon);
  }
  return {std::string{image}, std::string{digest.empty() ? tag : digest}};
}

}  // namespace modelgate::control::publish
