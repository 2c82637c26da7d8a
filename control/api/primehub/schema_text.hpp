#pragma once

#include <string_view>

namespace modelgate::control::primehub {

/// primehub.graphql, as it was when the program was built.
[[nodiscard]] std::string_view schema_text();

}  // namespace modelgate::control::primehub
