#pragma once

#include "control/runtime/runtime_driver.hpp"
#include "control/store/desired_state.hpp"

#include "modelgate/base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

/// When a revision has failed, and when it is good. Pure. `replicas`: what is observed of its deployment.
namespace modelgate::control::reconcile {

/// Until a replica of the current revision, or its source, has not been ready for longer than its owner allows; absent
/// when none waits, or that time has passed.
[[nodiscard]] std::optional<std::chrono::milliseconds> time_to_fail(
    const store::desired_deployment& entry, const std::vector<const runtime::observed_replica*>& replicas,
    const std::optional<runtime::source_state>& source, system_time now);

/// Until so many replicas of that revision have been ready for `settle_time`; 0: they have. Absent: so many are not
/// ready, or none is asked for.
[[nodiscard]] std::optional<std::chrono::milliseconds> time_to_settle(
    std::uint64_t replica_revision, std::size_t count, std::chrono::milliseconds settle_time,
    const std::vector<const runtime::observed_replica*>& replicas, system_time now);

}  // namespace modelgate::control::reconcile
