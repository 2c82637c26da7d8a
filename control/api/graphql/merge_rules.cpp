#include "control/api/graphql/rules.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace modelgate::control::graphql {
namespace {

constexpr std::uint64_t times_of_a_list = 10;
constexpr std::uint64_t cost_of_objects = 10;  ///< more than one: they are looked for in the store
constexpr std::uint64_t cost_of_a_beginning = 100;
constexpr std::uint64_t cost_of_a_list_of_all = 2'000;  ///< that a query begins with: the whole store is gone through

std::uint64_t saturating(std::uint64_t a, std::uint64_t b, bool times) {
  std::uint64_t result = 0;
  const bool over = times ? __builtin_mul_overflow(a, b, &result) : __builtin_add_overflow(a, b, &result);
  return over ? std::numeric_limits<std::uint64_t>::max() : result;
}

class cost_count {
 public:
  explicit cost_count(const validation_state& state) : state_{state} {}

  std::uint64_t of(const std::vector<selection>& selections, const type_definition* parent) {
    std::uint64_t sum = 0;
    for (const selection& each : selections) sum = saturating(sum, of(each, parent), false);
    return sum;
  }

 private:
  std::uint64_t of(const selection& each, const type_definition* parent) {
    switch (each.kind) {
      case selection_kind::spread:
        return saturating(1, of_fragment(each.name), false);  // a long chain of them is work, too
      case selection_kind::inline_fragment:
        return of(each.selections, each.type_condition ? state_.types.find(*each.type_condition) : parent);
      case selection_kind::field:
        break;
    }
    const bool object = parent != nullptr && parent->kind == type_kind::object;
    const field_definition* field = object ? state_.types.find_field(*parent, each.name) : nullptr;
    const type_definition* type = field == nullptr ? nullptr : &state_.types.of(field->type);
    const std::uint64_t inner = of(each.selections, type);
    const bool list = field != nullptr && field->type.is_list();
    const bool of_objects = type != nullptr && type->kind == type_kind::object;
    const bool begins = parent != nullptr && begins_a_request(*parent);
    const bool lists = of_objects && (list || is_connection(*type));
    const std::uint64_t own = begins ? (lists ? cost_of_a_list_of_all : cost_of_a_beginning)
                                     : (list && of_objects ? cost_of_objects : 1);
    return saturating(own, saturating(inner, list ? times_of_a_list : 1, true), false);
  }

  /// A page of a list, in Relay's way.
  bool is_connection(const type_definition& type) const {
    const field_definition* edges = state_.types.find_field(type, "edges");
    return edges != nullptr && edges->type.is_list();
  }

  bool begins_a_request(const type_definition& type) const {
    return &type == state_.types.root(operation_kind::query) || &type == state_.types.root(operation_kind::mutation);
  }

  std::uint64_t of_fragment(const std::string& name) {
    const auto known = fragments_.find(name);
    if (known != fragments_.end()) return known->second;
    const fragment* part = state_.asked.find_fragment(name);
    const std::uint64_t cost = part == nullptr ? 0 : of(part->selections, state_.types.find(part->type_condition));
    fragments_.emplace(name, cost);
    return cost;
  }

  const validation_state& state_;
  std::map<std::string, std::uint64_t> fragments_;
};

/// A field as it stands in the document, with the type that it is asked of.
struct asked_field {
  const selection* field = nullptr;
  const type_definition* parent = nullptr;
};

/// The same for values that ask for the same: members of objects in any order, but each text in its own kind of quotation
/// marks, as the reference implementation has it.
std::string canonical(const literal& value) {
  std::string text;
  switch (value.kind) {
    case literal_kind::object: {
      std::vector<std::string> members;
      for (const literal_member& each : value.members) members.push_back(each.name + ":" + canonical(each.value));
      std::sort(members.begin(), members.end());
      for (const std::string& each : members) text += each + ",";
      return "{" + text + "}";
    }
    case literal_kind::list:
      for (const literal& each : value.items) text += canonical(each) + ",";
      return "[" + text + "]";
    case literal_kind::text:
      return (value.block ? "block " : "") + to_string(value);
    case literal_kind::variable:
      break;
    case literal_kind::integer:
      break;
    case literal_kind::floating:
      break;
    case literal_kind::boolean:
      break;
    case literal_kind::null:
      break;
    case literal_kind::enumerator:
      break;
  }
  return to_string(value);
}

/// Tells arguments apart by number. Each selection's are written out once, however often it is spread.
class argument_numbers {
 public:
  std::size_t of(const selection& field) {
    const auto [known, first] = numbers_.emplace(&field, 0);
    if (!first) return known->second;
    std::vector<std::string> texts;
    for (const argument& each : field.arguments) texts.push_back(each.name + ":" + canonical(each.value));
    std::sort(texts.begin(), texts.end());
    std::string text;
    for (const std::string& each : texts) text += each + ",";
    return known->second = texts_.emplace(std::move(text), texts_.size()).first->second;
  }

 private:
  std::unordered_map<const selection*, std::size_t> numbers_;
  std::unordered_map<std::string, std::size_t> texts_;
};

class merging {
 public:
  explicit merging(validation_state& state) : state_{state} {}

  void look_at(const std::vector<asked_field>& owners) {
    std::map<std::string, std::vector<asked_field>> by_name;
    std::set<std::string> spread;
    for (const asked_field& owner : owners) collect(owner.field->selections, owner.parent, by_name, spread);
    look_at(by_name);
  }
  void look_at(const std::vector<selection>& selections, const type_definition* parent) {
    std::map<std::string, std::vector<asked_field>> by_name;
    std::set<std::string> spread;
    collect(selections, parent, by_name, spread);
    look_at(by_name);
  }

 private:
  using fields_by_name = std::map<std::string, std::vector<asked_field>>;

  void collect(const std::vector<selection>& selections, const type_definition* parent, fields_by_name& to,
               std::set<std::string>& spread) {
    for (const selection& each : selections) {
      if (each.kind == selection_kind::field) {
        to[each.response_name()].push_back({&each, parent});
      } else if (each.kind == selection_kind::inline_fragment) {
        collect(each.selections, each.type_condition ? state_.types.find(*each.type_condition) : parent, to, spread);
      } else if (const fragment* part = state_.asked.find_fragment(each.name);
                 part != nullptr && spread.insert(each.name).second) {
        collect(part->selections, state_.types.find(part->type_condition), to, spread);
      }
    }
  }

  const field_definition* definition_of(const asked_field& one) const {
    if (one.parent == nullptr || one.parent->kind != type_kind::object) return nullptr;
    return state_.types.find_field(*one.parent, one.field->name);
  }

  void look_at(const fields_by_name& by_name) {
    for (const auto& [name, fields] : by_name) {
      if (state_.full()) return;
      const asked_field& first = fields.front();
      const std::size_t arguments = arguments_.of(*first.field);
      bool conflict = false;
      for (const asked_field& other : fields) {
        std::string why;
        if (other.field->name != first.field->name) {
          why = "\"" + first.field->name + "\" and \"" + other.field->name + "\" are different fields";
        } else if (arguments_.of(*other.field) != arguments) {
          why = "they have differing arguments";
        }
        if (why.empty()) continue;
        conflict = true;
        state_.fail("Fields \"" + name + "\" conflict because " + why
                        + ". Use different aliases on the fields to fetch both if this was intentional.",
                    other.field->at);
        break;
      }
      if (conflict) continue;
      std::vector<asked_field> inner;
      for (const asked_field& each : fields) {
        const field_definition* field = definition_of(each);
        inner.push_back({each.field, field == nullptr ? nullptr : &state_.types.of(field->type)});
      }
      const bool deeper = std::any_of(inner.begin(), inner.end(),
                                      [](const asked_field& each) { return !each.field->selections.empty(); });
      if (deeper) look_at(inner);
    }
  }

  validation_state& state_;
  argument_numbers arguments_;
};

}  // namespace

void check_cost(validation_state& state) {
  cost_count cost{state};
  std::uint64_t sum = 0;  // of all, whichever is asked for: all are looked at
  for (const operation& each : state.asked.operations)
    sum = saturating(sum, cost.of(each.selections, state.types.root(each.kind)), false);
  for (const fragment& each : state.asked.fragments)
    sum = saturating(sum, cost.of(each.selections, state.types.find(each.type_condition)), false);
  if (sum <= state.limits.cost) return;
  state.found.clear();
  state.found.emplace_back("Document asks for too much at once: it costs more than " + std::to_string(state.limits.cost)
                               + ", a field in a list counting ten times.",
                           too_large);
}

void check_merging(validation_state& state) {
  merging rule{state};
  for (const operation& each : state.asked.operations) rule.look_at(each.selections, state.types.root(each.kind));
  for (const fragment& each : state.asked.fragments)
    rule.look_at(each.selections, state.types.find(each.type_condition));
}

}  // namespace modelgate::control::graphql
