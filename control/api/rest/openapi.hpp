#pragma once

#include <string_view>

namespace modelgate::control::rest {

/// `control/api/openapi.json`, as it was when this program was built.
extern const std::string_view openapi_document;

}  // namespace modelgate::control::rest
