#pragma once

#include "control/runtime/runtime_driver.hpp"
#include "control/store/desired_state.hpp"

#include "modelgate/base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace modelgate::control::reconcile {

struct start_replica {
  runtime::replica_spec spec;
};
/// It goes on running, but gets no new requests.
struct drain_replica {
  std::string name;
};
struct stop_replica {
  std::string name;
};
/// Forget one that has exited.
struct remove_replica {
  std::string name;
};
/// Erase a deleted deployment: nothing of it runs any more.
struct forget_deployment {
  std::string deployment;
};

using action = std::variant<start_replica, drain_replica, stop_replica, remove_replica, forget_deployment>;

/// "start deploy-iris-r1-0", for logs and tests.
[[nodiscard]] std::string to_string(const action& step);

struct plan_settings {
  std::chrono::milliseconds restart_backoff{500};  ///< after the first failure, doubled by each further one
  std::chrono::milliseconds restart_backoff_max{30'000};
  std::chrono::milliseconds drain_limit{30'000};  ///< a replica is stopped then, whatever is still on it
  std::chrono::milliseconds drain_poll{50};       ///< nobody tells us that the last request has ended
  std::size_t surge = 1;                          ///< beyond the wanted count, while old ones serve
};

struct plan_outcome {
  std::vector<action> actions;
  /// When to look again although nothing has happened.
  std::optional<system_time> wake_at;
};

/// A deployment for which something may have to be done, and how many replicas of it there should be: as many as it asks
/// for, of external ones as many as their source tells. 0: nobody knows yet; then nothing but what leaves already is
/// touched.
///
/// Shape: refers to it; alive while the plan is made.
struct wanted_deployment {
  const store::desired_deployment& desired;
  std::uint32_t replicas;
};

/// What the gateway's workers do with replicas, as far as a plan asks.
struct gateway_view {
  std::set<std::string> drained;   ///< no worker's snapshot lists them any more, and no request is on them
  std::set<std::string> unlisted;  ///< ready, but in no worker's snapshot: those that serve speak another protocol
};

/// What to do next to come from what is observed to what is desired. The table in README.md says it in words.
///
/// Pure and total: any desired and observed state has an answer, however it came about. Doing the actions once, twice
/// or only some of them, and planning again, leads to the same end.
///
/// Deployments that are stopped or refused and of which no replica is observed may be left out of `wanted`: nothing has to
/// be done for them. A replica whose deployment is not in it is nobody's.
[[nodiscard]] plan_outcome plan(const std::vector<wanted_deployment>& wanted,
                                const std::vector<runtime::observed_replica>& observed,
                                const gateway_view& gateway, system_time now, const plan_settings& settings);

/// Whether it is one that an earlier process of modelgate started and that cannot be adopted: it bears the name of a
/// wanted replica but was started as something else, or it served and answers no more. Such a one ends before another
/// starts in its place. This alone decides so; every other one that was found is as good as one of our own.
[[nodiscard]] bool is_misfit(const runtime::observed_replica& replica, const domain::deployment& wanted);

/// "deploy-<id>-r<revision>-<index>"
[[nodiscard]] std::string replica_name(const std::string& deployment, std::uint64_t revision, std::uint32_t index);

/// How long after its last end a replica that failed so often is started again.
[[nodiscard]] std::chrono::milliseconds backoff_of(std::uint32_t failures, const plan_settings& settings) noexcept;

}  // namespace modelgate::control::reconcile
