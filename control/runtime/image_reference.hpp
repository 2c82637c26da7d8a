#pragma once

#include "modelgate/base/result.hpp"

#include <string>
#include <string_view>

namespace modelgate::control::runtime {

/// "demo/iris:1.0" taken apart.
struct image_reference {
  std::string name;  ///< lower-case segments joined by '/', so that it is safe as a relative path
  std::string tag;   ///< `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`
};

/// Strict: both parts must be there. Errors: a sentence that says what is wrong and how an image is named.
[[nodiscard]] result<image_reference, std::string> parse_image_reference(std::string_view image);

}  // namespace modelgate::control::runtime
