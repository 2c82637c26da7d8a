#include "control/api/graphql/rules.hpp"

namespace modelgate::control::graphql {
namespace {

void spread_from(const validation_state& state, const std::set<std::string>& names, std::set<std::string>& reached) {
  for (const std::string& name : names) {
    if (!reached.insert(name).second) continue;
    const auto next = state.fragment_spreads.find(name);
    if (next != state.fragment_spreads.end()) spread_from(state, next->second, reached);
  }
}

/// Looks for fragments that lead back into themselves; each is gone through once.
class cycle_search {
 public:
  explicit cycle_search(validation_state& state) : state_{state} {}

  void look_at(const std::string& name) {
    const auto [place, first] = is_open_.emplace(name, true);
    if (!first) return;
    if (const auto own = state_.fragment_spreads.find(name); own != state_.fragment_spreads.end()) {
      for (const std::string& each : own->second) {
        const auto known = is_open_.find(each);
        if (known == is_open_.end()) {
          look_at(each);
        } else if (known->second) {
          found_ = true;
          const fragment* part = state_.asked.find_fragment(each);
          state_.fail("Cannot spread fragment \"" + each + "\" within itself.", part->at);
        }
      }
    }
    place->second = false;
  }
  [[nodiscard]] bool found() const noexcept { return found_; }

 private:
  validation_state& state_;
  std::map<std::string, bool> is_open_;  ///< false: gone through
  bool found_ = false;
};

bool known_type_of(operation_kind kind, std::string_view& word) {
  switch (kind) {
    case operation_kind::query:
      word = "query";
      return true;
    case operation_kind::mutation:
      word = "mutation";
      return true;
    case operation_kind::subscription:
      break;
  }
  word = "subscription";
  return false;
}

}  // namespace

void check_names(validation_state& state) {
  std::set<std::string> operations;
  for (const operation& each : state.asked.operations) {
    if (each.name.empty() && state.asked.operations.size() > 1) {
      state.fail("This anonymous operation must be the only defined operation.", each.at);
    }
    if (!each.name.empty() && !operations.insert(each.name).second) {
      state.fail("There can be only one operation named \"" + each.name + "\".", each.at);
    }
    std::string_view word;
    if (!known_type_of(each.kind, word) || state.types.root(each.kind) == nullptr) {
      state.fail("Schema is not configured to execute " + std::string{word} + " operation.", each.at);
    }
  }
  std::set<std::string> fragments;
  for (const fragment& each : state.asked.fragments) {
    if (!fragments.insert(each.name).second) {
      state.fail("There can be only one fragment named \"" + each.name + "\".", each.at);
    }
  }
}

bool has_cycles(validation_state& state) {
  std::set<std::string> used;
  for (const auto& [unused, spreads] : state.operation_spreads) spread_from(state, spreads, used);
  cycle_search cycles{state};
  for (const fragment& each : state.asked.fragments) {
    if (!used.contains(each.name)) state.fail("Fragment \"" + each.name + "\" is never used.", each.at);
    cycles.look_at(each.name);
  }
  return cycles.found();
}

namespace {

bool is_subtype(const type_ref& given, const type_ref& expected) {
  if (expected.non_null && !given.non_null) return false;
  if (expected.is_list() != given.is_list()) return false;
  if (expected.is_list()) return is_subtype(given.of.front(), expected.of.front());
  return given.name == expected.name;
}

bool fits(const variable_definition& variable, const variable_use& use) {
  if (use.expected.non_null && !variable.type.non_null) {
    const bool has_value = variable.default_value && variable.default_value->kind != literal_kind::null;
    return (has_value || use.place_has_default) && is_subtype(variable.type, use.expected.nullable());
  }
  return is_subtype(variable.type, use.expected);
}

void check_use(validation_state& state, const operation& within,
               const std::map<std::string, const variable_definition*>& declared, const variable_use& use) {
  const auto variable = declared.find(use.name);
  const std::string where = within.name.empty() ? "" : " by operation \"" + within.name + "\"";
  if (variable == declared.end()) {
    state.fail("Variable \"$" + use.name + "\" is not defined" + where + ".", use.at);
    return;
  }
  const bool anywhere = use.expected.named().empty();
  if (anywhere || state.types.find(variable->second->type.named()) == nullptr) return;
  if (!fits(*variable->second, use)) {
    state.fail("Variable \"$" + use.name + "\" of type \"" + to_string(variable->second->type)
                   + "\" used in position expecting type \"" + to_string(use.expected) + "\".",
               use.at);
  }
}

}  // namespace

void check_variables(validation_state& state) {
  for (const operation& each : state.asked.operations) {
    std::map<std::string, const variable_definition*> declared;
    for (const variable_definition& variable : each.variables) {
      if (!declared.emplace(variable.name, &variable).second) {
        state.fail("There can be only one variable named \"$" + variable.name + "\".", variable.at);
      }
      const type_definition* type = state.types.find(variable.type.named());
      if (type == nullptr) {
        state.fail("Unknown type \"" + variable.type.named() + "\".", variable.at);
      } else if (!type->is_input()) {
        state.fail("Variable \"$" + variable.name + "\" cannot be non-input type \"" + to_string(variable.type) + "\".",
                   variable.at);
      }
    }
    std::set<std::string> used;
    const auto look_at = [&](const std::vector<variable_use>& uses) {
      for (const variable_use& use : uses) {
        used.insert(use.name);
        check_use(state, each, declared, use);
      }
    };
    look_at(state.operation_uses[&each]);
    std::set<std::string> reached;
    spread_from(state, state.operation_spreads[&each], reached);
    for (const std::string& name : reached) look_at(state.fragment_uses[name]);
    for (const auto& [name, variable] : declared) {
      if (used.contains(name)) continue;
      const std::string where = each.name.empty() ? "" : " in operation \"" + each.name + "\"";
      state.fail("Variable \"$" + name + "\" is never used" + where + ".", variable->at);
    }
  }
}

}  // namespace modelgate::control::graphql
