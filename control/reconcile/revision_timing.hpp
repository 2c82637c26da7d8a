#pragma once

#include "control/runtime/runtime_driver.hpp"
#include "control/store/desired_state.hpp"

#include "modelgate/base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// When a revision has failed, and when it is good. Pure.
namespace modelgate::control::reconcile {

/// Until a replica of the current revision, or its source, has not been ready for longer than its owner allows; absent
/// when none waits, or that time has passed.
[[nodiscard]] std::optional<std::chrono::milliseconds> time_to_fail(
    const store::desired_deployment& entry, const std::vector<runtime::observed_replica>& observed,
    const std::optional<runtime::source_state>& source, system_time now);

/// Until so many replicas of that revision have been ready for `settle_time`; 0: they have. Absent: so many are not
/// ready, or none is asked for.
[[nodiscard]] std::optional<std::chrono::milliseconds> time_to_settle(
    const std::string& deployment, std::uint64_t replica_revision, std::size_t count,
    std::chrono::milliseconds settle_time, const std::vector<runtime::observed_replica>& observed, system_time now);

}  // namespace modelgate::control::reconcile
