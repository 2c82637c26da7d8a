#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/config/observation.hpp"
#include "modelgate/config/snapshot.hpp"

namespace modelgate::config {

/// How control reaches the gateway; the gateway of this process is one, a gateway elsewhere can be another.
///
/// Shape: any-thread.
class gateway_link {
 public:
  virtual ~gateway_link() = default;

  /// Takes a snapshot for every worker; returns at once. Generations must grow.
  virtual void publish(snapshot_ptr next) = 0;

  /// Waits until every worker serves `generation` or a later one. Errors: false when the deadline passed first.
  [[nodiscard]] virtual bool wait_until_live(std::uint64_t generation, steady_time deadline) = 0;

  [[nodiscard]] virtual observation observe() const = 0;
};

}  // namespace modelgate::config
