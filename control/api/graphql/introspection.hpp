#pragma once

#include "control/api/graphql/execution.hpp"

namespace modelgate::control::graphql {

/// What `__schema` and `__type` answer. Source: GraphQL specification, October 2021, section 4.2.
[[nodiscard]] resolution introspect(const schema& types, std::string_view field, const boost::json::object& arguments);

}  // namespace modelgate::control::graphql
