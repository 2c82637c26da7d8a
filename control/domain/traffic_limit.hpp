#pragma once

#include "modelgate/config/traffic_limit.hpp"

#include <cstdint>
#include <optional>

namespace modelgate::control::domain {

/// A bound on traffic as somebody gave it; an absent member bounds nothing, an absent burst is what comes in one second.
struct traffic_limit {
  std::optional<std::int64_t> millirequests_per_second;
  std::optional<std::uint32_t> burst;       ///< beside a rate only
  std::optional<std::uint32_t> concurrent;  ///< requests being answered at a time

  [[nodiscard]] bool empty() const noexcept { return *this == traffic_limit{}; }

  friend bool operator==(const traffic_limit&, const traffic_limit&) = default;
};

/// The same with nothing left open.
[[nodiscard]] config::traffic_limit resolved(const traffic_limit& given) noexcept;

/// What bounds a deployment's requests: all of them together, and those of each of its clients.
struct traffic_limits {
  traffic_limit together;
  traffic_limit per_client;

  [[nodiscard]] bool empty() const noexcept { return together.empty() && per_client.empty(); }

  friend bool operator==(const traffic_limits&, const traffic_limits&) = default;
};

}  // namespace modelgate::control::domain
