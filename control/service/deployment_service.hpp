#pragma once

#include "control/domain/deployment.hpp"
#include "control/domain/deployment_document.hpp"
#include "control/domain/deployment_status.hpp"
#include "control/domain/quota.hpp"
#include "control/domain/revision_record.hpp"
#include "control/domain/user.hpp"
#include "control/service/dry_run.hpp"
#include "control/service/idempotency.hpp"
#include "control/service/revision_condition.hpp"
#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::store {
class transaction;
struct stored_deployment;
}  // namespace modelgate::control::store

namespace modelgate::control::service {

/// A deployment as asked for and as it is.
struct deployment_view {
  domain::deployment deployment;
  domain::deployment_status status;
};

struct deployment_query {
  std::vector<std::string> groups;  ///< empty: all of the caller's
  std::string search;
  std::optional<domain::deployment_phase> phase;
  bool mine = false;  ///< made by the caller
  std::size_t page_size = 50;
  std::optional<std::uint64_t> after;  ///< `next` of the page before
};

struct deployment_page {
  std::vector<deployment_view> items;  ///< newest change first
  std::optional<std::uint64_t> next;   ///< absent on the last page
};

/// What a create or an update did, or would do.
struct change_outcome {
  deployment_view view;
  std::vector<domain::quota_line> quota;
  std::optional<domain::deployment_spec> before;  ///< absent when it was created
};

enum class deletion { done, draining };

/// What people do with deployments. Who may not see one is told that there is none.
///
/// Shape: any-thread; refers to the context.
class deployment_service {
 public:
  explicit deployment_service(const service_context& context) noexcept : context_{context} {}

  [[nodiscard]] answer<deployment_page> list(const domain::principal& who, const deployment_query& query) const;
  [[nodiscard]] answer<deployment_view> get(const domain::principal& who, const std::string& id) const;
  /// Newest first.
  [[nodiscard]] answer<std::vector<domain::recorded_revision>> history(const domain::principal& who,
                                                                       const std::string& id) const;
  [[nodiscard]] answer<domain::recorded_revision> revision(const domain::principal& who, const std::string& id,
                                                           std::uint64_t number) const;
  /// Whether a deployment can be made with this id, and why not.
  [[nodiscard]] answer<std::optional<std::string>> obstacle_to(const std::string& id) const;

  [[nodiscard]] answer<change_outcome> create(const domain::principal& who, const boost::json::value& document,
                                              dry_run dry, const remember<change_outcome>& remember_it = {}) const;
  /// `shown`: what stands where serving options are open in the documents that callers were shown; null: they are shown
  /// as open.
  [[nodiscard]] answer<change_outcome> patch(const domain::principal& who, const std::string& id,
                                             const boost::json::value& patch,
                                             const std::optional<revision_condition>& condition, dry_run dry,
                                             const domain::serving_defaults* shown = nullptr) const;
  /// What is there as the document says, made where it is not. Errors: of `create` and `patch`; not_found when a condition
  /// is for one that is not there.
  [[nodiscard]] answer<change_outcome> put(const domain::principal& who, const std::string& id,
                                           const boost::json::value& document,
                                           const std::optional<revision_condition>& condition, dry_run dry,
                                           const domain::serving_defaults* shown = nullptr) const;
  /// Starting what runs and stopping what is stopped changes nothing and succeeds.
  [[nodiscard]] answer<deployment_view> start(const domain::principal& who, const std::string& id,
                                              const std::optional<std::string>& message,
                                              const std::optional<revision_condition>& condition) const;
  [[nodiscard]] answer<deployment_view> stop(const domain::principal& who, const std::string& id,
                                             const std::optional<std::string>& message,
                                             const std::optional<revision_condition>& condition) const;
  /// Replaces the replicas one by one. Errors: conflict when it is stopped.
  [[nodiscard]] answer<deployment_view> restart(const domain::principal& who, const std::string& id,
                                                const std::optional<std::string>& message,
                                                const std::optional<revision_condition>& condition) const;
  /// A new revision with the spec of an earlier one; a stopped deployment stays stopped.
  [[nodiscard]] answer<deployment_view> rollback(const domain::principal& who, const std::string& id,
                                                 const boost::json::value& document,
                                                 const std::optional<revision_condition>& condition) const;
  /// `draining`: it is on its way out, and gone when its replicas have ended.
  [[nodiscard]] answer<deletion> remove(const domain::principal& who, const std::string& id,
                                        const std::optional<revision_condition>& condition) const;

 private:
  using read_change = domain::parsed<domain::deployment_change> (*)(const domain::deployment& current,
                                                                    const boost::json::value& document);

  answer<change_outcome> change(const domain::principal& who, const std::string& id, const boost::json::value& document,
                                read_change read, const std::optional<revision_condition>& condition, dry_run dry,
                                const domain::serving_defaults* shown) const;
  [[nodiscard]] deployment_view view_of(store::stored_deployment stored) const;
  [[nodiscard]] std::optional<std::string> image_mistake(const std::string& image,
                                                         const runtime::placement& where) const;
  /// Wakes the reconciler; where a change closes what was open, also waits until no worker serves it as before.
  void announce(const domain::deployment_spec& before, const domain::deployment_spec& after) const;
  using revision_maker = std::function<answer<domain::revision>(store::transaction&, const domain::deployment&)>;
  /// Stores the revision that `make` answers, once the deployment was found and the condition holds; a revision with the
  /// number of the current one changes nothing.
  [[nodiscard]] answer<deployment_view> revise(const domain::principal& who, const std::string& id,
                                               const std::optional<revision_condition>& condition,
                                               const revision_maker& make) const;
  [[nodiscard]] answer<deployment_view> set_stopped(const domain::principal& who, const std::string& id, bool stop,
                                                    const std::string& message,
                                                    const std::optional<revision_condition>& condition) const;

  const service_context& context_;
};

}  // namespace modelgate::control::service
