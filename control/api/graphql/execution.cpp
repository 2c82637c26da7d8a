#include "control/api/graphql/execution.hpp"

#include "control/api/graphql/coercion.hpp"
#include "control/api/graphql/introspection.hpp"
#include "control/api/graphql/parser.hpp"
#include "control/api/graphql/validation.hpp"

#include <boost/json/array.hpp>

#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

namespace modelgate::control::graphql {
namespace {

namespace json = boost::json;

/// The bytes of a text as JSON.
std::size_t bytes_of_text(std::string_view text) {
  std::size_t bytes = text.size() + 2;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      bytes += 5;
    } else if (c == '"' || c == '\\') {
      ++bytes;
    }
  }
  return bytes;
}

/// The bytes of a value as JSON; of a number about as many.
std::size_t bytes_of(const json::value& value) {
  constexpr std::size_t of_a_number = 12;
  if (const auto* text = value.if_string()) return bytes_of_text(*text);
  std::size_t bytes = 2;
  if (const auto* items = value.if_array()) {
    for (const json::value& each : *items) bytes += bytes_of(each) + 1;
    return bytes;
  }
  if (const auto* members = value.if_object()) {
    for (const auto& each : *members) bytes += bytes_of_text(each.key()) + bytes_of(each.value()) + 2;
    return bytes;
  }
  return of_a_number;
}

/// Fields of one name, merged, in the order in which they were first asked for.
struct field_group {
  std::string name;
  std::vector<const selection*> fields;
};

class executor {
 public:
  executor(const schema& types, const document& asked, const json::object& variables, const query_limits& limits,
           const std::function<bool()>& is_late, faults& errors)
      : types_{types}, asked_{asked}, variables_{variables}, limits_{limits}, is_late_{is_late}, errors_{errors} {}

  /// In the order in which they are first asked for. Errors: a condition that is neither true nor false.
  result<std::vector<field_group>, fault> fields_of(const std::vector<const selection*>& owners) {
    std::vector<field_group> groups;
    std::unordered_map<std::string_view, std::size_t> places;
    std::set<std::string> spread;
    for (const selection* owner : owners) collect(owner->selections, groups, places, spread);
    if (wrong_condition_) return std::exchange(wrong_condition_, std::nullopt).value();
    return groups;
  }

  /// Fields of a mutation, one after the other, up to one that failed and may not be null. What was done before is told:
  /// it may be the only answer that there is, as a token's. Absent: nothing was done before.
  /// Source: differs from section 6.4.4 of the specification, by which that failure takes all answers along.
  std::optional<json::value> run_changes(const std::vector<field_group>& groups, const type_definition& type,
                                         const object& node) {
    json::object members;
    bool done = false;
    bool lost = false;
    changing_ = true;
    for (const field_group& each : groups) {
      const field_definition& field = *types_.find_field(type, each.fields.front()->name);
      auto why = reason_to_begin_no_change();
      if (!why && lost) why = fault{"The change was not made, as one before it failed.", "CHANGE_NOT_MADE"};
      auto value = why ? failed(field.type, std::move(*why)) : resolve(field, each.fields, type, node);
      over_ = false;
      done = done || (value && !value->is_null());
      lost = lost || !value;
      if (lost && !done) return std::nullopt;
      members.emplace(each.name, value ? std::move(*value) : json::value(nullptr));
    }
    return json::value(std::move(members));
  }

  /// Absent: something in it failed that may not be null.
  std::optional<json::value> run(const std::vector<const selection*>& owners, const type_definition& type,
                                 const object& node) {
    const auto groups = fields_of(owners);
    if (!groups) {
      if (errors_.size() < limits_.faults) errors_.push_back(groups.error());
      return std::nullopt;
    }
    json::object members;
    for (const field_group& each : *groups) {
      constexpr std::size_t around_a_name = 2;
      if (!grow(bytes_of_text(each.name) + around_a_name)) return std::nullopt;
      const field_definition& field = *types_.find_field(type, each.fields.front()->name);
      auto value = resolve(field, each.fields, type, node);
      if (!value) return std::nullopt;
      members.emplace(each.name, std::move(*value));
    }
    return json::value(std::move(members));
  }

 private:
  bool is_wanted(const std::vector<directive>& directives) {
    for (const directive& each : directives) {
      const directive_definition* known = types_.find_directive(each.name);
      const auto arguments = coerce_arguments(types_, known->arguments, each.arguments, variables_);
      if (!arguments) {
        wrong_condition_ = arguments.error();
        return false;
      }
      if (each.name == "skip" && arguments->at("if").as_bool()) return false;
      if (each.name == "include" && !arguments->at("if").as_bool()) return false;
    }
    return true;
  }

  void collect(const std::vector<selection>& selections, std::vector<field_group>& groups,
               std::unordered_map<std::string_view, std::size_t>& places, std::set<std::string>& spread) {
    for (const selection& each : selections) {
      if (!is_wanted(each.directives)) continue;
      if (each.kind == selection_kind::inline_fragment) {
        collect(each.selections, groups, places, spread);
      } else if (each.kind == selection_kind::spread) {
        const fragment* part = asked_.find_fragment(each.name);
        if (spread.insert(each.name).second) collect(part->selections, groups, places, spread);
      } else {
        const auto [place, first] = places.emplace(each.response_name(), groups.size());
        if (first) groups.push_back({each.response_name(), {}});
        groups[place->second].fields.push_back(&each);
      }
    }
  }

  std::optional<json::value> failed(const type_ref& type, fault why) {
    if (errors_.size() < limits_.faults) errors_.push_back(std::move(why));
    if (type.non_null) return std::nullopt;
    return json::value(nullptr);
  }

  /// With room for its answer, which must not get lost.
  std::optional<fault> reason_to_begin_no_change() const {
    if (is_late_ && is_late_()) {
      return fault{"The change was not made, as the request takes too long; ask for less at once.", query_timeout};
    }
    if (bytes_ > limits_.answer_bytes / 2 || values_ > limits_.answer_values / 2) {
      return fault{"The change was not made, as the answer is too large; ask for less at once.", too_large};
    }
    return std::nullopt;
  }

  /// What is at hand of a change is told, be it late. What would have to be looked for is not.
  bool may_be_late(const field_definition& field) const {
    return changing_ && !(field.type.is_list() && types_.of(field.type).kind == type_kind::object);
  }

  /// Nothing more is asked, and nothing is answered.
  std::nullopt_t give_up(fault why) {
    if (!over_) errors_.push_back(std::move(why));
    over_ = true;
    return std::nullopt;
  }

  /// Before they are there: one value may be asked for many times. False: the answer has become too large.
  bool grow(std::size_t bytes) {
    bytes_ += bytes;
    if (bytes_ <= limits_.answer_bytes) return true;
    give_up({"The answer has more than " + std::to_string(limits_.answer_bytes) + " bytes; ask for less at once.",
             too_large});
    return false;
  }

  std::optional<json::value> resolve(const field_definition& field, const std::vector<const selection*>& fields,
                                     const type_definition& parent, const object& node) {
    if (field.name == "__typename")
      return grow(bytes_of_text(parent.name)) ? std::optional{json::value(parent.name)} : std::nullopt;
    if (over_) return std::nullopt;
    if (!may_be_late(field) && is_late_ && is_late_()) {
      fault late{"The answer takes too long; ask for less at once. Changes that were made stay.", query_timeout};
      return changing_ ? failed(field.type, std::move(late)) : give_up(std::move(late));
    }
    const selection& first = *fields.front();
    const auto arguments = coerce_arguments(types_, field.arguments, first.arguments, variables_);
    if (!arguments) return failed(field.type, arguments.error());
    const bool introspects = &parent == types_.root(operation_kind::query) && field.name.starts_with("__");
    auto value = introspects ? introspect(types_, field.name, *arguments) : node.get(field.name, *arguments);
    if (!value) return failed(field.type, value.error());
    return complete(field.type, fields, *value, parent.name + "." + field.name);
  }

  std::optional<json::value> complete(const type_ref& type, const std::vector<const selection*>& fields,
                                      const resolved& value, const std::string& place) {
    if (++values_ > limits_.answer_values) {
      return give_up(
          {"The answer has more than " + std::to_string(limits_.answer_values) + " values; ask for less at once.",
           too_large});
    }
    if (value.is_null()) {
      if (!type.non_null) return json::value(nullptr);
      return failed(type, {"Cannot return null for non-nullable field " + place + ".", "INTERNAL_SERVER_ERROR"});
    }
    if (type.is_list()) {
      json::array items;
      for (const resolved& each : value.items()) {
        auto item = complete(type.of.front(), fields, each, place);
        if (!item) return over_ || type.non_null ? std::nullopt : std::optional{json::value(nullptr)};
        items.push_back(std::move(*item));
      }
      return json::value(std::move(items));
    }
    if (value.node() == nullptr) return grow(bytes_of(value.value())) ? std::optional{value.value()} : std::nullopt;
    auto members = run(fields, types_.of(type), *value.node());
    if (!members && !over_ && !type.non_null) return json::value(nullptr);
    return members;
  }

  const schema& types_;
  const document& asked_;
  const json::object& variables_;
  const query_limits& limits_;
  const std::function<bool()>& is_late_;
  faults& errors_;
  std::size_t values_ = 0;
  std::size_t bytes_ = 0;
  bool over_ = false;
  bool changing_ = false;  ///< a mutation is done
  std::optional<fault> wrong_condition_;
};

result<const operation*, fault> choose(const document& asked, std::string_view name) {
  if (name.empty()) {
    if (asked.operations.size() == 1) return &asked.operations.front();
    return fault{asked.operations.empty() ? "Must provide an operation."
                                          : "Must provide operation name if query contains multiple operations.",
                 bad_user_input};
  }
  for (const operation& each : asked.operations) {
    if (each.name == name) return &each;
  }
  return fault{"Unknown operation named \"" + std::string{name} + "\".", bad_user_input};
}

reply refused(fault why) {
  reply to;
  to.errors.push_back(std::move(why));
  return to;
}

}  // namespace

reply answer(const schema& types, const roots& at, const request& asked, const query_limits& limits) {
  const auto parsed = parse(asked.query, limits);
  if (!parsed) return refused(parsed.error());
  reply to;
  to.errors = validate(types, *parsed, limits);
  if (!to.errors.empty()) return to;
  const auto chosen = choose(*parsed, asked.operation_name);
  if (!chosen) return refused(chosen.error());
  const operation& wanted = **chosen;
  const json::object none;
  variable_values variables =
      coerce_variables(types, wanted, asked.variables == nullptr ? none : *asked.variables, limits.faults);
  if (!variables.mistakes.empty()) {
    to.errors = std::move(variables.mistakes);
    return to;
  }
  const object* root = wanted.kind == operation_kind::mutation ? at.mutation : at.query;
  selection whole;
  whole.selections = wanted.selections;
  executor run{types, *parsed, variables.values, limits, asked.is_late, to.errors};
  const bool changes = wanted.kind == operation_kind::mutation;
  const auto asked_for = changes ? run.fields_of({&whole}) : std::vector<field_group>{};
  if (asked_for && asked_for->size() > limits.mutation_fields) {
    return refused({"The request asks for more than " + std::to_string(limits.mutation_fields)
                        + " changes; send them one after the other.",
                    too_large});
  }
  to.executed = true;
  // A condition that is neither true nor false is told by `run`.
  auto data = changes && asked_for ? run.run_changes(*asked_for, *types.root(wanted.kind), *root)
                                   : run.run({&whole}, *types.root(wanted.kind), *root);
  if (data) to.data = std::move(*data);
  return to;
}

}  // namespace modelgate::control::graphql
