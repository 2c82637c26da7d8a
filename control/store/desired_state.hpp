#pragma once

#include "control/domain/deployment.hpp"
#include "control/domain/resources.hpp"

#include "modelgate/base/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::store {

/// A revision whose replicas came after those of the good one, and before the current ones.
struct unproven_revision {
  std::uint64_t number = 0;  ///< the last that they served
  std::uint64_t replica_revision = 0;
  std::uint32_t replicas = 0;  ///< that it wanted; 0: they are external
};

/// One deployment with everything that running and publishing it needs, read in one transaction.
struct desired_deployment {
  domain::deployment deployment;
  std::vector<domain::client> clients;
  domain::resources per_replica;
  /// Why it must not run although nobody stopped it (its group has deployment disabled, its instance type is gone);
  /// else empty.
  std::string refusal;
  domain::traffic_limit group_limit{};
  /// What serves until the current revision's replicas are ready: the last revision whose replicas all were, when it is
  /// another one; and what each of them takes.
  std::optional<domain::revision> fallback = std::nullopt;
  domain::resources fallback_per_replica{};
  /// Why nothing of that revision can be started, if it is so; then there is no `fallback`.
  std::string fallback_obstacle{};
  /// Newest first. Should their replicas still serve when they have been ready for long enough, theirs is the good one.
  std::vector<unproven_revision> unproven{};
  /// What replicas that run beside the current ones were started for: of each replica revision since the good one, or
  /// since the last stop, the last revision that it served; newest first.
  std::vector<domain::revision> earlier{};
  /// The last revision that was good before a stop, while none is since: nothing of it runs, but a rollback may bring it
  /// back.
  std::optional<domain::revision> before_stop = std::nullopt;
};

using desired_ptr = std::shared_ptr<const desired_deployment>;

/// What became of the desired state since it was read before.
struct desired_changes {
  std::uint64_t until = 0;           ///< what comes after this is to be asked for next
  bool is_everything = false;        ///< `changed` is all that there is
  std::vector<desired_ptr> changed;  ///< ordered by id, deleted ones that still drain included
  std::vector<std::string> gone;     ///< erased since
};

/// What became of bringing back the last good revision.
struct rollback_outcome {
  bool made = false;
  /// Why it cannot be made now, a sentence for people; empty: it was made, or there is nothing that may come back.
  std::string obstacle;
};

/// What the reconciler needs of the store.
///
/// Shape:  any-thread.
/// Errors: those of `database`; then nothing was changed and the caller tries again later.
class desired_state {
 public:
  virtual ~desired_state() = default;

  /// What has changed since a reading that went up to `since`, whoever changed it and however often; 0: everything. It
  /// may be more than that, also everything: a store remembers only so many that were erased.
  [[nodiscard]] virtual result<desired_changes> load_changes(std::uint64_t since) = 0;
  /// Remembers that all replicas of this revision are ready, unless a later one's were or it has been stopped since.
  [[nodiscard]] virtual result<void> mark_good(const std::string& deployment, std::uint64_t revision) = 0;
  /// Makes a revision that brings back the replicas of the last good one (`domain::taken_back`), if `failed` still is the
  /// current one and another one is good; with fewer replicas where the group's quota allows no more by now.
  [[nodiscard]] virtual result<rollback_outcome> roll_back(const std::string& deployment, std::uint64_t failed,
                                                           const std::string& why) = 0;
  /// Removes a deployment that is marked as deleting, with its revisions and clients: nothing of it runs any more.
  [[nodiscard]] virtual result<void> erase_deleted(const std::string& deployment) = 0;
};

}  // namespace modelgate::control::store
