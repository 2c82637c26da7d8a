#pragma once

#include "control/api/graphql/schema.hpp"

namespace modelgate::tests {

/// A few types of every kind.
inline const control::graphql::schema& small_schema() {
  static const control::graphql::schema types{R"(
    "Anything at all."
    scalar JSON
    enum Size { small large }
    input Filter { id: ID, names: [String!], size: Size = small, most: Int! = 3, extra: JSON, and: Filter }
    input Needs { id: ID!, count: Int }
    type Pet { id: ID!, name: String, weight: Float, size: Size, owner: Person, tags: [String!]! }
    type Person { id: ID!, name: String!, pets(first: Int = 2, where: Filter): [Pet!]!, boss: Person }
    type Query {
      person(id: ID!): Person
      people(where: Filter, ids: [ID!]): [Person]!
      pet: Pet!
      count(of: Needs!): Int!
    }
    type Mutation { rename(id: ID!, name: String!): Person! }
  )"};
  return types;
}

}  // namespace modelgate::tests
