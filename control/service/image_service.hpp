#pragma once

#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"

#include <string>
#include <vector>

namespace modelgate::control::service {

/// The model images that can be deployed here; everybody who is known may see them.
///
/// Shape: any-thread; refers to the context.
class image_service {
 public:
  explicit image_service(const service_context& context) noexcept : context_{context} {}

  [[nodiscard]] std::vector<runtime::image_description> list() const { return context_.runtime.list_images(); }
  [[nodiscard]] answer<runtime::image_description> get(const std::string& image) const {
    auto description = context_.runtime.describe_image(image, {});
    if (!description) return service_error{failure::not_found, description.error()};
    return std::move(*description);
  }

 private:
  const service_context& context_;
};

}  // namespace modelgate::control::service
