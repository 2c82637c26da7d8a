#pragma once

#include "control/domain/group.hpp"
#include "control/domain/resources.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::domain {

/// What deployments take of their group: replicas x instance type, over those that are not stopped.
struct group_usage {
  resources total;
  std::int64_t deployments = 0;

  friend bool operator==(const group_usage&, const group_usage&) = default;
};

enum class quota_resource { cpu, memory, gpu, deployments };

[[nodiscard]] std::string_view to_string(quota_resource resource) noexcept;  ///< "cpu", ...

/// One line of the arithmetic. Units: as in `resources`; deployments are counted.
struct quota_line {
  quota_resource resource = quota_resource::cpu;
  std::int64_t requested = 0;
  std::int64_t used = 0;  ///< by the group's other deployments
  std::optional<std::int64_t> limit;
  bool exceeded = false;

  friend bool operator==(const quota_line&, const quota_line&) = default;
};

struct quota_verdict {
  std::vector<quota_line> lines;  ///< cpu, memory, gpu, deployments
  std::string refusal;            ///< empty when everything fits

  [[nodiscard]] bool fits() const noexcept { return refusal.empty(); }
};

/// Whether a group may run a deployment that takes `requested`, beside `used` by its others.
///
/// `held` is what the deployment takes already. Of a resource of which it asks no more than that, it is never refused:
/// a quota that was lowered under a running deployment must not forbid to change its description.
[[nodiscard]] quota_verdict check_quota(const group& owner, const group_usage& used, const group_usage& requested,
                                        const group_usage& held = {});

/// Those lines that are exceeded: "cpu: 2 requested, 3 used, limit 4"; more of them in a row with "; ".
[[nodiscard]] std::string to_text(const std::vector<quota_line>& lines);

/// An amount in the API's unit: cores, GiB, devices, deployments.
[[nodiscard]] double in_api_unit(quota_resource resource, std::int64_t amount) noexcept;

}  // namespace modelgate::control::domain
