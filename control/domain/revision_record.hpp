#pragma once

#include "control/domain/deployment.hpp"
#include "control/domain/resources.hpp"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::domain {

/// An instance type as it was called and measured at one time.
struct instance_type_copy {
  std::string name;
  std::string display_name;
  resources per_replica;

  friend bool operator==(const instance_type_copy&, const instance_type_copy&) = default;
};

/// What else was so when a revision was made: copies, which no later change of group, instance type or client reaches.
struct revision_context {
  std::string group;                                ///< empty: it was not written down, and has gone since
  std::optional<instance_type_copy> instance_type;  ///< absent: there was none, or it was not written down
  /// Their names, sorted. Absent: made by a version that wrote down neither them nor the instance type.
  std::optional<std::vector<std::string>> clients;

  friend bool operator==(const revision_context&, const revision_context&) = default;
};

/// A revision as history shows it.
struct recorded_revision : revision {
  revision_context then;
};

/// {"group", "instanceType", "clients"}; null is what is not known.
[[nodiscard]] boost::json::object to_json(const revision_context& context);

/// What differs in what was asked for, then in what else was so: pointers into the spec, and below them "/group",
/// "/instanceType/cpu" and the like, "/clients". What one of the two does not know is left out.
[[nodiscard]] boost::json::array differences(const recorded_revision& before, const recorded_revision& after);

}  // namespace modelgate::control::domain
