#pragma once

#include "control/domain/deployment.hpp"
#include "control/domain/quota.hpp"
#include "control/domain/revision_record.hpp"
#include "control/store/database.hpp"
#include "control/store/desired_state.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::store {

/// A deployment with what its group and instance type say of it.
struct stored_deployment {
  domain::deployment deployment;
  domain::resources per_replica;  ///< zero when the instance type is gone
  std::string refusal;            ///< why it must not run although nobody stopped it; else empty
  std::uint64_t sequence = 0;     ///< of its last change, among all changes of all deployments
  domain::traffic_limit group_limit{};
  /// Whose replicas were all ready last when it was stopped; absent: nobody's, or others have been since.
  std::optional<std::uint64_t> good_before_stop = std::nullopt;
};

struct deployment_filter {
  std::optional<std::vector<std::string>> groups;  ///< absent: every group
  std::string search;                              ///< part of id, name or image, whatever the case; empty: all
  std::optional<std::string> created_by;
  std::uint64_t before = std::numeric_limits<std::int64_t>::max();  ///< only changes older than this sequence
  std::size_t limit = 50;
};

/// Deployments and their revisions.
class deployment_store {
 public:
  explicit deployment_store(transaction& within) noexcept : on_{within.on()} {}

  [[nodiscard]] std::optional<stored_deployment> find(std::string_view id) const;
  [[nodiscard]] bool exists(std::string_view id) const;
  /// Newest change first.
  [[nodiscard]] std::vector<stored_deployment> list(const deployment_filter& filter) const;
  /// Every one, those that are being deleted included, by id.
  [[nodiscard]] std::vector<stored_deployment> list_all() const;
  /// Of all changes so far; 0: none.
  [[nodiscard]] std::uint64_t last_change() const;
  /// Those that differ, they or what their running depends on, from what they were at that change; by id.
  [[nodiscard]] std::vector<stored_deployment> list_changed(std::uint64_t since) const;
  /// Ids of those that were erased since; known of the last `erased_kept` changes only.
  [[nodiscard]] std::vector<std::string> erased_since(std::uint64_t since) const;
  static constexpr std::uint64_t erased_kept = 10'000;
  /// What the group's deployments take that are neither stopped nor being deleted, one of them left out.
  [[nodiscard]] domain::group_usage usage_of(std::string_view group, std::string_view left_out = {}) const;
  /// Ids of those that are not being deleted.
  [[nodiscard]] std::vector<std::string> ids_in_group(std::string_view group) const;
  [[nodiscard]] std::vector<std::string> ids_with_instance_type(std::string_view type) const;
  [[nodiscard]] std::vector<std::string> ids_with_pull_secret(std::string_view name) const;

  /// With its first revision.
  void insert(const domain::deployment& deployment);
  /// Makes it the current one and drops the oldest beyond domain::limits::revisions_kept.
  void add_revision(std::string_view id, const domain::revision& revision);
  /// Instead of the clients that there are now, of a revision that was made elsewhere.
  void tell_clients(std::string_view id, std::uint64_t number, const std::vector<std::string>& names);
  /// The replicas of this revision are all ready. False: a later one's were already, or it has been stopped since.
  bool mark_good(std::string_view id, std::uint64_t number);
  void mark_deleting(std::string_view id);
  /// With its revisions and clients; only if it is marked as deleting.
  void erase_deleted(std::string_view id);

  /// The newest revision that these replicas serve or served, a stop apart.
  [[nodiscard]] std::optional<domain::revision> last_with_replicas(std::string_view id,
                                                                   std::uint64_t replica_revision) const;
  /// Newest first, each with the last revision that its replicas serve or served: those after the replicas of `good` and
  /// before those of `current`.
  [[nodiscard]] std::vector<unproven_revision> between(std::string_view id, std::uint64_t good,
                                                       std::uint64_t current) const;
  /// Newest first, of each replica revision but `current` from `since` on, and of none from before the last stop, the
  /// last revision that it serves or served.
  [[nodiscard]] std::vector<domain::revision> beside(std::string_view id, std::uint64_t since,
                                                     std::uint64_t current) const;
  /// Newest first.
  [[nodiscard]] std::vector<domain::recorded_revision> history(std::string_view id) const;
  [[nodiscard]] std::optional<domain::recorded_revision> revision(std::string_view id, std::uint64_t number) const;

 private:
  /// With copies of what else is so now: whoever makes a revision, it is written down.
  void insert_revision(std::string_view id, const domain::revision& revision);

  connection& on_;
};

}  // namespace modelgate::control::store
