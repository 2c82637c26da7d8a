#include "control/api/graphql/schema.hpp"

#include "control/api/graphql/schema_reader.hpp"

#include <algorithm>
#include <stdexcept>

namespace modelgate::control::graphql {
namespace {

/// Source: GraphQL specification, October 2021, sections 3.5, 3.13 and 4.2; `isOneOf` of its successor is for tools that
/// ask for it.
constexpr std::string_view built_in = R"(
  """Text, in UTF-8."""
  scalar String
  """A whole number of 32 bits."""
  scalar Int
  """A number of double precision."""
  scalar Float
  """true or false."""
  scalar Boolean
  """A name that stays, as text; a whole number is taken for one."""
  scalar ID

  directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
  directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
  directive @deprecated(reason: String = "No longer supported") on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
  directive @specifiedBy(url: String!) on SCALAR

  type __Schema {
    description: String
    types: [__Type!]!
    queryType: __Type!
    mutationType: __Type
    subscriptionType: __Type
    directives: [__Directive!]!
  }
  type __Type {
    kind: __TypeKind!
    name: String
    description: String
    specifiedByURL: String
    fields(includeDeprecated: Boolean = false): [__Field!]
    interfaces: [__Type!]
    possibleTypes: [__Type!]
    enumValues(includeDeprecated: Boolean = false): [__EnumValue!]
    inputFields(includeDeprecated: Boolean = false): [__InputValue!]
    ofType: __Type
    isOneOf: Boolean
  }
  type __Field {
    name: String!
    description: String
    args(includeDeprecated: Boolean = false): [__InputValue!]!
    type: __Type!
    isDeprecated: Boolean!
    deprecationReason: String
  }
  type __InputValue {
    name: String!
    description: String
    type: __Type!
    defaultValue: String
    isDeprecated: Boolean!
    deprecationReason: String
  }
  type __EnumValue {
    name: String!
    description: String
    isDeprecated: Boolean!
    deprecationReason: String
  }
  type __Directive {
    name: String!
    description: String
    isRepeatable: Boolean!
    locations: [__DirectiveLocation!]!
    args(includeDeprecated: Boolean = false): [__InputValue!]!
  }
  enum __TypeKind { SCALAR OBJECT INTERFACE UNION ENUM INPUT_OBJECT LIST NON_NULL }
  enum __DirectiveLocation {
    QUERY MUTATION SUBSCRIPTION FIELD FRAGMENT_DEFINITION FRAGMENT_SPREAD INLINE_FRAGMENT VARIABLE_DEFINITION
    SCHEMA SCALAR OBJECT FIELD_DEFINITION ARGUMENT_DEFINITION INTERFACE UNION ENUM ENUM_VALUE INPUT_OBJECT
    INPUT_FIELD_DEFINITION
  }
)";

template <class Items>
auto* named(Items& items, std::string_view name) noexcept {
  const auto found = std::find_if(items.begin(), items.end(), [&](const auto& each) { return each.name == name; });
  return found == items.end() ? nullptr : &*found;
}

field_definition plain_field(std::string name, type_ref type) {
  field_definition field;
  field.name = std::move(name);
  field.type = std::move(type);
  return field;
}

}  // namespace

const input_value* field_definition::find_argument(std::string_view argument) const noexcept {
  return named(arguments, argument);
}

const field_definition* type_definition::find_field(std::string_view field) const noexcept {
  return named(fields, field);
}

const input_value* type_definition::find_input(std::string_view input) const noexcept {
  return named(inputs, input);
}

bool directive_definition::stands_at(std::string_view place) const noexcept {
  return std::find(locations.begin(), locations.end(), place) != locations.end();
}

schema::schema(std::string_view text)
    : typename_{plain_field("__typename", {"String", {}, true})},
      schema_{plain_field("__schema", {"__Schema", {}, true})},
      type_{plain_field("__type", {"__Type", {}, false})} {
  type_.arguments.push_back({"name", {}, {"String", {}, true}, {}});
  read(built_in);
  read(text);
  check();
}

void schema::read(std::string_view text) {
  auto definitions = read_schema(text);
  if (!definitions) throw std::logic_error{"the GraphQL schema: " + definitions.error().message};
  for (type_definition& type : definitions->types) {
    const std::string name = type.name;
    if (!types_.emplace(name, std::move(type)).second) {
      throw std::logic_error{"the GraphQL schema has two types " + name};
    }
  }
  for (directive_definition& directive : definitions->directives) directives_.push_back(std::move(directive));
}

void schema::check() const {
  const auto there = [&](const type_ref& type, bool input) {
    const type_definition* found = find(type.named());
    if (found == nullptr || (input && !found->is_input()) || (!input && found->kind == type_kind::input_object)) {
      throw std::logic_error{"the GraphQL schema has no such type here: " + to_string(type)};
    }
  };
  for (const auto& [name, type] : types_) {
    for (const input_value& each : type.inputs) there(each.type, true);
    for (const field_definition& field : type.fields) {
      there(field.type, false);
      for (const input_value& each : field.arguments) there(each.type, true);
    }
  }
  if (root(operation_kind::query) == nullptr) throw std::logic_error{"the GraphQL schema has no type Query"};
}

const type_definition* schema::find(std::string_view name) const noexcept {
  const auto found = types_.find(name);
  return found == types_.end() ? nullptr : &found->second;
}

const directive_definition* schema::find_directive(std::string_view name) const noexcept {
  return named(directives_, name);
}

const type_definition* schema::root(operation_kind kind) const noexcept {
  switch (kind) {
    case operation_kind::query:
      return find("Query");
    case operation_kind::mutation:
      return find("Mutation");
    case operation_kind::subscription:
      break;
  }
  return nullptr;
}

const field_definition* schema::find_field(const type_definition& parent, std::string_view name) const noexcept {
  if (name == typename_.name && parent.kind == type_kind::object) return &typename_;
  if (&parent == root(operation_kind::query)) {
    if (name == schema_.name) return &schema_;
    if (name == type_.name) return &type_;
  }
  return parent.find_field(name);
}

}  // namespace modelgate::control::graphql
