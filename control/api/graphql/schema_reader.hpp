#pragma once

#include "control/api/graphql/schema.hpp"

namespace modelgate::control::graphql {

struct schema_definitions {
  std::vector<type_definition> types;
  std::vector<directive_definition> directives;
};

/// Reads a schema as text. Of the specification's language it knows what PrimeHub's schema has: scalar, type, input, enum
/// and directive, with descriptions.
/// Source: GraphQL specification, October 2021, section 3 and appendix B.3.
[[nodiscard]] result<schema_definitions, fault> read_schema(std::string_view text);

}  // namespace modelgate::control::graphql
