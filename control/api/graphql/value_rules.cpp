#include "control/api/graphql/coercion.hpp"
#include "control/api/graphql/rules.hpp"

namespace modelgate::control::graphql {
namespace {

void check_object(validation_state& state, const literal& value, const type_definition& type,
                  std::vector<variable_use>& uses) {
  std::set<std::string> given;
  for (const literal_member& member : value.members) {
    if (!given.insert(member.name).second) {
      state.fail("There can be only one input field named \"" + member.name + "\".", member.value.at);
    }
    const input_value* input = type.find_input(member.name);
    if (input == nullptr) {
      state.fail("Field \"" + member.name + "\" is not defined by type \"" + type.name + "\".", member.value.at);
      check_literal(state, member.value, {}, false, uses);
      continue;
    }
    check_literal(state, member.value, input->type, input->default_value.has_value(), uses);
  }
  for (const input_value& input : type.inputs) {
    if (!input.required() || given.contains(input.name)) continue;
    state.fail("Field \"" + type.name + "." + input.name + "\" of required type \"" + to_string(input.type)
                   + "\" was not provided.",
               value.at);
  }
}

void check_leaf(validation_state& state, const literal& value, const type_ref& expected) {
  const type_definition& type = state.types.of(expected);
  if (type.kind == type_kind::input_object) {
    state.fail("Expected value of type \"" + to_string(expected) + "\", found " + to_string(value) + ".", value.at);
  } else if (auto wrong = leaf_mistake(type, value); !wrong.empty()) {
    state.fail(std::move(wrong), value.at);
  }
}

/// A value for which no type is known may still have members twice.
void check_untyped(validation_state& state, const literal& value, std::vector<variable_use>& uses) {
  for (const literal& item : value.items) check_literal(state, item, {}, false, uses);
  std::set<std::string> given;
  for (const literal_member& member : value.members) {
    if (!given.insert(member.name).second) {
      state.fail("There can be only one input field named \"" + member.name + "\".", member.value.at);
    }
    check_literal(state, member.value, {}, false, uses);
  }
}

}  // namespace

void check_literal(validation_state& state, const literal& value, const type_ref& expected, bool has_default,
                   std::vector<variable_use>& uses) {
  if (value.kind == literal_kind::variable) {
    uses.push_back({value.text, expected, has_default, value.at});
    return;
  }
  if (expected.named().empty()) return check_untyped(state, value, uses);
  if (value.kind == literal_kind::null) {
    if (expected.non_null) {
      state.fail("Expected value of type \"" + to_string(expected) + "\", found null.", value.at);
    }
    return;
  }
  const type_definition& type = state.types.of(expected);
  if (value.kind == literal_kind::list && expected.is_list()) {
    for (const literal& item : value.items) check_literal(state, item, expected.of.front(), false, uses);
    return;
  }
  if (value.kind == literal_kind::object && type.kind == type_kind::input_object) {
    return check_object(state, value, type, uses);
  }
  check_leaf(state, value, expected);
  // What stands in a value of a scalar is of no type that is known.
  if (value.kind == literal_kind::list || value.kind == literal_kind::object) check_untyped(state, value, uses);
}

}  // namespace modelgate::control::graphql
