#include "control/api/graphql/rules.hpp"

#include <algorithm>

namespace modelgate::control::graphql {
namespace {

/// Looks at the selections of one operation or fragment.
class selection_walk {
 public:
  selection_walk(validation_state& state, std::vector<variable_use>& uses, std::set<std::string>& spreads)
      : state_{state}, uses_{uses}, spreads_{spreads} {}

  /// `parent` null: it is not known, so that only what needs no type is looked at.
  void look_at(const std::vector<selection>& selections, const type_definition* parent) {
    for (const selection& each : selections) {
      switch (each.kind) {
        case selection_kind::field:
          look_at_field(each, parent);
          break;
        case selection_kind::spread:
          look_at_spread(each, parent);
          break;
        case selection_kind::inline_fragment:
          look_at_inline(each, parent);
          break;
      }
    }
  }

  void look_at(const std::vector<directive>& directives, std::string_view place) {
    std::set<std::string> seen;
    for (const directive& each : directives) {
      if (!seen.insert(each.name).second) {
        state_.fail("The directive \"@" + each.name + "\" can only be used once at this location.", each.at);
      }
      const directive_definition* known = state_.types.find_directive(each.name);
      if (known == nullptr) {
        state_.fail("Unknown directive \"@" + each.name + "\".", each.at);
        look_at_arguments(each.arguments, nullptr, "", each.at);
        continue;
      }
      if (!known->stands_at(place)) {
        state_.fail("Directive \"@" + each.name + "\" may not be used on " + std::string{place} + ".", each.at);
      }
      look_at_arguments(each.arguments, &known->arguments, "directive \"@" + each.name + "\"", each.at);
    }
  }

  [[nodiscard]] const type_definition* composite(const std::string& name, location at, const std::string& who) {
    const type_definition* type = state_.types.find(name);
    if (type == nullptr) {
      state_.fail("Unknown type \"" + name + "\".", at);
    } else if (type->kind != type_kind::object) {
      state_.fail(who + " cannot condition on non composite type \"" + name + "\".", at);
      return nullptr;
    }
    return type;
  }

 private:
  void look_at_field(const selection& field, const type_definition* parent) {
    look_at(field.directives, "FIELD");
    const field_definition* known = parent == nullptr ? nullptr : state_.types.find_field(*parent, field.name);
    if (parent != nullptr && known == nullptr) {
      state_.fail("Cannot query field \"" + field.name + "\" on type \"" + parent->name + "\".", field.at);
    }
    if (known == nullptr) {
      look_at_arguments(field.arguments, nullptr, "", field.at);
      look_at(field.selections, nullptr);
      return;
    }
    look_at_arguments(field.arguments, &known->arguments, "field \"" + parent->name + "." + known->name + "\"",
                      field.at);
    const type_definition& type = state_.types.of(known->type);
    const std::string shown = "Field \"" + field.name + "\"";
    if (type.is_leaf() && !field.selections.empty()) {
      state_.fail(shown + " must not have a selection since type \"" + to_string(known->type) + "\" has no subfields.",
                  field.at);
    } else if (!type.is_leaf() && field.selections.empty()) {
      state_.fail(shown + " of type \"" + to_string(known->type) + "\" must have a selection of subfields.", field.at);
    }
    look_at(field.selections, type.kind == type_kind::object ? &type : nullptr);
  }

  void look_at_spread(const selection& spread, const type_definition* parent) {
    look_at(spread.directives, "FRAGMENT_SPREAD");
    const fragment* known = state_.asked.find_fragment(spread.name);
    if (known == nullptr) {
      state_.fail("Unknown fragment \"" + spread.name + "\".", spread.at);
      return;
    }
    spreads_.insert(spread.name);
    check_overlap("Fragment \"" + spread.name + "\"", known->type_condition, parent, spread.at);
  }

  void look_at_inline(const selection& part, const type_definition* parent) {
    look_at(part.directives, "INLINE_FRAGMENT");
    if (!part.type_condition) return look_at(part.selections, parent);
    const type_definition* type = composite(*part.type_condition, part.at, "Fragment");
    check_overlap("Fragment", *part.type_condition, parent, part.at);
    look_at(part.selections, type);
  }

  /// All composite types are objects, so that one is never another.
  void check_overlap(const std::string& who, const std::string& condition, const type_definition* parent, location at) {
    const type_definition* type = state_.types.find(condition);
    if (parent == nullptr || type == nullptr || type->kind != type_kind::object || type == parent) return;
    state_.fail(who + " cannot be spread here as objects of type \"" + parent->name + "\" can never be of type \""
                    + condition + "\".",
                at);
  }

  /// `known` null: of something that there is not.
  void look_at_arguments(const std::vector<argument>& given, const std::vector<input_value>* known,
                         const std::string& owner, location at) {
    std::set<std::string> seen;
    for (const argument& each : given) {
      if (!seen.insert(each.name).second) {
        state_.fail("There can be only one argument named \"" + each.name + "\".", each.at);
      }
      const input_value* input = nullptr;
      if (known != nullptr) {
        const auto found =
            std::find_if(known->begin(), known->end(), [&](const auto& one) { return one.name == each.name; });
        if (found == known->end())
          state_.fail("Unknown argument \"" + each.name + "\" on " + owner + ".", each.at);
        else
          input = &*found;
      }
      check_literal(state_, each.value, input == nullptr ? type_ref{} : input->type,
                    input != nullptr && input->default_value.has_value(), uses_);
    }
    if (known == nullptr) return;
    for (const input_value& each : *known) {
      if (!each.required() || seen.contains(each.name)) continue;
      std::string upper = owner;
      upper.front() = static_cast<char>(upper.front() - 'a' + 'A');
      state_.fail(upper + " argument \"" + each.name + "\" of type \"" + to_string(each.type)
                      + "\" is required, but it was not provided.",
                  at);
    }
  }

  validation_state& state_;
  std::vector<variable_use>& uses_;
  std::set<std::string>& spreads_;
};

std::string_view place_of(operation_kind kind) {
  switch (kind) {
    case operation_kind::query:
      return "QUERY";
    case operation_kind::mutation:
      return "MUTATION";
    case operation_kind::subscription:
      break;
  }
  return "SUBSCRIPTION";
}

}  // namespace

void check_selections(validation_state& state) {
  for (const operation& each : state.asked.operations) {
    auto& uses = state.operation_uses[&each];
    selection_walk walk{state, uses, state.operation_spreads[&each]};
    for (const variable_definition& variable : each.variables) {
      walk.look_at(variable.directives, "VARIABLE_DEFINITION");
      if (!variable.default_value) continue;
      const type_definition* type = state.types.find(variable.type.named());
      const bool usable = type != nullptr && type->is_input();
      check_literal(state, *variable.default_value, usable ? variable.type : type_ref{}, false, uses);
    }
    walk.look_at(each.directives, place_of(each.kind));
    walk.look_at(each.selections, state.types.root(each.kind));
  }
  for (const fragment& each : state.asked.fragments) {
    selection_walk walk{state, state.fragment_uses[each.name], state.fragment_spreads[each.name]};
    walk.look_at(each.directives, "FRAGMENT_DEFINITION");
    walk.look_at(each.selections, walk.composite(each.type_condition, each.at, "Fragment \"" + each.name + "\""));
  }
}

}  // namespace modelgate::control::graphql
