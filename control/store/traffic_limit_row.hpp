#pragma once

#include "control/domain/traffic_limit.hpp"
#include "control/store/connection.hpp"

namespace modelgate::control::store {

/// Reads limit_millirequests_per_second, limit_burst and limit_concurrent, starting at that column.
[[nodiscard]] inline domain::traffic_limit read_traffic_limit(const statement& row, int first) {
  const auto narrow = [&](int column) -> std::optional<std::uint32_t> {
    const auto number = row.optional_integer(column);
    if (!number) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
  };
  return {row.optional_integer(first), narrow(first + 1), narrow(first + 2)};
}

}  // namespace modelgate::control::store
