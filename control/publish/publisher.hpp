#pragma once

#include "control/publish/snapshot_builder.hpp"

#include "modelgate/config/gateway_link.hpp"

#include <cstdint>
#include <vector>

namespace modelgate::control::publish {

/// Keeps the gateway's snapshot equal to what is desired and observed.
///
/// Shape: one thread at a time (the reconciler's). `gateway` outlives it.
class publisher {
 public:
  /// Generations start above `first_generation`, which must grow over restarts of the program; `generation_at(now)`
  /// does.
  publisher(config::gateway_link& gateway, image_lookup images, serving_defaults defaults,
            std::uint64_t first_generation);

  /// From the next update on, which publishes the deployments that they change.
  void set_defaults(const serving_defaults& defaults) noexcept { defaults_ = defaults; }

  /// Publishes when anything differs from what was published last, or nothing was yet; the snapshot that holds now.
  /// `desired`: all of them, by id. What is the same object as in the last update was not changed by anybody.
  config::snapshot_ptr update(const std::vector<store::desired_ptr>& desired,
                              const std::vector<runtime::observed_replica>& observed);

 private:
  config::gateway_link& gateway_;
  snapshot_builder builder_;
  serving_defaults defaults_;
  std::uint64_t generation_;
  config::snapshot_ptr published_;
};

/// Microseconds since 1970: exact in JSON, and no program publishes faster than that.
[[nodiscard]] std::uint64_t generation_at(system_time now) noexcept;

}  // namespace modelgate::control::publish
