#pragma once

#include "modelgate/base/log.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace modelgate::log {

/// The levels' names, in the order of the enumerators.
inline constexpr std::array<std::string_view, 5> level_names{"debug", "info", "warning", "error", "off"};
static_assert(static_cast<std::size_t>(level::off) + 1 == level_names.size());

[[nodiscard]] constexpr std::string_view name_of(level of) noexcept {
  return level_names[static_cast<std::size_t>(of)];
}

/// Errors: absent when no level has that name.
[[nodiscard]] constexpr std::optional<level> level_named(std::string_view name) noexcept {
  const auto* const found = std::find(level_names.begin(), level_names.end(), name);
  if (found == level_names.end()) return std::nullopt;
  return static_cast<level>(found - level_names.begin());
}

}  // namespace modelgate::log
