#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/metrics/gateway_stats.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace modelgate::proxy {

/// When a tunnel ends, and how, without I/O.
///
///     open --one side has said all--> half open --the other one too--> closed
///       |                                |
///       +--- a side is lost, nothing moves, it is too old, the worker cuts --> whatever is left is reset
///
/// Shape: one per tunnel.
class tunnel_fsm {
 public:
  using outcome = metrics::tunnel_outcome;
  using verdict = std::optional<outcome>;  ///< absent: go on
  enum class side : std::uint8_t { client, replica };

  /// `life` 0: as long as something moves.
  tunnel_fsm(steady_time opened, std::chrono::milliseconds idle, std::chrono::milliseconds life) noexcept;

  /// The side has closed its half, and all it sent has been passed on.
  [[nodiscard]] verdict on_said_all(side from) noexcept;
  [[nodiscard]] static outcome on_lost(side which) noexcept;
  /// `total`: bytes read and written up to now, both ways together.
  void on_moved(std::uint64_t total, steady_time now) noexcept;
  [[nodiscard]] verdict on_time(steady_time now) const noexcept;
  [[nodiscard]] steady_time due() const noexcept;

 private:
  std::chrono::milliseconds idle_;
  steady_time idle_due_;
  steady_time life_due_ = steady_time::max();
  std::uint64_t total_ = 0;
  bool client_done_ = false;
  bool replica_done_ = false;
};

}  // namespace modelgate::proxy
