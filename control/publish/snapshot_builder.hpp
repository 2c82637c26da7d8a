#pragma once

#include "control/runtime/runtime_driver.hpp"
#include "control/store/desired_state.hpp"

#include "modelgate/config/snapshot.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace modelgate::control::publish {

/// What an image says of itself to replicas that belong there; absent when it is not known.
using image_lookup =
    std::function<std::optional<runtime::image_description>(std::string_view image, const runtime::placement& where)>;

/// What holds where neither a deployment nor its image says anything.
struct serving_defaults {
  std::chrono::milliseconds timeout{60'000};
  std::uint64_t max_body_bytes = 33'554'432;
};

/// What the gateway shall serve: every deployment that is not being deleted, with the replicas that are ready and not
/// draining. One that is stopped or refused has no replicas.
///
/// A deployment that did not change since `previous` (may be null) is the same object. The generation is left at 0.
///
/// While a deployment moves between images of different protocols, only replicas of one protocol are listed: those of
/// the new image as soon as one of them is ready.
[[nodiscard]] config::snapshot build_snapshot(const std::vector<store::desired_deployment>& desired,
                                              const std::vector<runtime::observed_replica>& observed,
                                              const image_lookup& images, const serving_defaults& defaults,
                                              const config::snapshot* previous);

}  // namespace modelgate::control::publish
