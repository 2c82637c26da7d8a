#pragma once

#include "control/api/graphql/document.hpp"
#include "control/api/graphql/fault.hpp"
#include "control/api/graphql/limits.hpp"
#include "control/api/graphql/schema.hpp"

namespace modelgate::control::graphql {

/// What is wrong with a document, by the schema; empty: nothing. Says what the reference implementation says, and refuses
/// exactly what that refuses, and what costs more than the limits allow.
///
/// Shape:  total, for every document that the parser answers.
/// Source: GraphQL specification, October 2021, section 5.
[[nodiscard]] faults validate(const schema& types, const document& asked, const query_limits& limits = {});

}  // namespace modelgate::control::graphql
