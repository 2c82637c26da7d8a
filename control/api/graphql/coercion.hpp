#pragma once

#include "control/api/graphql/document.hpp"
#include "control/api/graphql/fault.hpp"
#include "control/api/graphql/limits.hpp"
#include "control/api/graphql/schema.hpp"

#include <boost/json/object.hpp>

#include <optional>

/// What somebody gave as what a type takes. Source: GraphQL specification, October 2021, sections 3.5 and 6.1.2.
namespace modelgate::control::graphql {

/// What is wrong with a literal as a value of a scalar or enumeration; empty: nothing.
[[nodiscard]] std::string leaf_mistake(const type_definition& type, const literal& value);

/// The variables of an operation, with their defaults. One that was not given and has no default is not among them.
/// Errors: every mistake, up to `most_mistakes` and one that says that there are more; unknown members of input objects
///         are mistakes.
struct variable_values {
  boost::json::object values;
  faults mistakes;
};
[[nodiscard]] variable_values coerce_variables(const schema& types, const operation& of,
                                               const boost::json::object& given,
                                               std::size_t most_mistakes = query_limits{}.faults);

/// The arguments of a field or directive, with their defaults. One that was not given and has no default is not among
/// them. Errors: a variable that is null, or not there, where a value is needed.
[[nodiscard]] result<boost::json::object, fault> coerce_arguments(const schema& types,
                                                                  const std::vector<input_value>& known,
                                                                  const std::vector<argument>& given,
                                                                  const boost::json::object& variables);

}  // namespace modelgate::control::graphql
