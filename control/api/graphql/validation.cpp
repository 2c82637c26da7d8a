#include "control/api/graphql/validation.hpp"

#include "control/api/graphql/rules.hpp"

namespace modelgate::control::graphql {

void validation_state::fail(std::string message, location at) {
  if (full()) return;
  message += " (line " + std::to_string(at.line) + ", column " + std::to_string(at.column) + ")";
  found.emplace_back(std::move(message), validation_failed);
}

faults validate(const schema& types, const document& asked, const query_limits& limits) {
  validation_state state{types, asked, limits};
  check_names(state);
  check_selections(state);
  check_variables(state);
  if (has_cycles(state)) return std::move(state.found);
  check_cost(state);
  // What follows writes fragments out, which the cost has bounded, and is of use only where names and types are right.
  if (state.found.empty()) check_merging(state);
  return std::move(state.found);
}

}  // namespace modelgate::control::graphql
