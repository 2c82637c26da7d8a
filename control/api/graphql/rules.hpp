#pragma once

#include "control/api/graphql/document.hpp"
#include "control/api/graphql/fault.hpp"
#include "control/api/graphql/limits.hpp"
#include "control/api/graphql/schema.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

/// The parts of validation, each a group of rules of section 5 of the specification.
namespace modelgate::control::graphql {

/// Where a variable is used.
struct variable_use {
  std::string name;
  type_ref expected;  ///< of the place; no name and no item: it is not known
  bool place_has_default = false;
  location at;
};

/// What rules share while a document is looked at.
struct validation_state {
  const schema& types;
  const document& asked;
  const query_limits& limits;
  faults found = {};
  /// What each operation and fragment itself uses and spreads; fragments stand under their names.
  std::map<const operation*, std::vector<variable_use>> operation_uses = {};
  std::map<std::string, std::vector<variable_use>> fragment_uses = {};
  std::map<const operation*, std::set<std::string>> operation_spreads = {};
  std::map<std::string, std::set<std::string>> fragment_spreads = {};

  void fail(std::string message, location at);
  [[nodiscard]] bool full() const noexcept { return found.size() >= limits.faults; }
};

/// 5.3, 5.4, 5.5.1, 5.5.2.3, 5.6, 5.7: every selection by itself; also collects what variables and fragments are used.
void check_selections(validation_state& state);
/// 5.6: a value where a type is expected; variables in it are added to `uses`. `expected` empty: anything goes.
void check_literal(validation_state& state, const literal& value, const type_ref& expected, bool has_default,
                   std::vector<variable_use>& uses);
/// 5.2.1, 5.2.2, 5.5.1.1, 5.5.1.4, 5.5.2.1, 5.5.2.2: names of operations and fragments, and who spreads whom.
void check_names(validation_state& state);
/// Whether fragments spread themselves; then nothing may follow them.
[[nodiscard]] bool has_cycles(validation_state& state);
/// 5.8: variables are declared, used and fit where they are used.
void check_variables(validation_state& state);
/// Fields by the times that they may be answered. Needs fragments without cycles.
void check_cost(validation_state& state);
/// 5.3.2: fields of one name ask for one thing. Needs fragments without cycles and a cost within the limit.
void check_merging(validation_state& state);

}  // namespace modelgate::control::graphql
