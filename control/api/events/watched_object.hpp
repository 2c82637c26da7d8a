#pragma once

#include "control/domain/audience.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace modelgate::control::events {

/// In the order in which listeners learn of them: what others refer to comes first.
enum class object_kind : std::uint8_t { instance_type, group, user, token, deployment, replica, client };

[[nodiscard]] std::string_view to_string(object_kind kind) noexcept;  ///< "instanceType", ...
/// The kind that a topic stands for, "instance-types", ...: named as REST names its lists. Errors: absent for any other
/// text.
[[nodiscard]] std::optional<object_kind> kind_of_topic(std::string_view topic) noexcept;
inline constexpr std::string_view topic_list = "instance-types, groups, users, tokens, deployments, replicas, clients";

struct object_key {
  object_kind kind = object_kind::deployment;
  std::string id;  ///< of a replica or client: "<deployment>/<name>"

  friend auto operator<=>(const object_key&, const object_key&) = default;
};

/// A thing that people may watch, as REST shows it.
struct watched_object {
  object_key key;
  std::optional<std::uint64_t> revision;  ///< of a deployment, and of the one that a replica runs
  std::string deployment;                 ///< what it is, or belongs to; empty for what belongs to none
  domain::audience visible_to;
  /// A JSON object. A deployment's is without `endpoint`, which differs from caller to caller.
  std::string view;

  friend bool operator==(const watched_object&, const watched_object&) = default;
};

/// Shape: immutable; shared by the log of changes and every listener.
using object_ptr = std::shared_ptr<const watched_object>;
using object_map = std::map<object_key, object_ptr>;
using object_map_ptr = std::shared_ptr<const object_map>;

}  // namespace modelgate::control::events
