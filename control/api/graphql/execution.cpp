#include "control/api/graphql/execution.hpp"

#include "control/api/graphql/coercion.hpp"
#include "control/api/graphql/introspection.hpp"
#include "control/api/graphql/parser.hpp"
#include "control/api/graphql/validation.hpp"

#include <boost/json/array.hpp>

#include <optional>
#include <set>
#include <unordered_map>

namespace modelgate::control::graphql {
namespace {

namespace json = boost::json;

/// Fields of one name, merged, in the order in which they were first asked for.
struct field_group {
  std::string name;
  std::vector<const selection*> fields;
};

class executor {
 public:
  executor(const schema& types, const document& asked, const json::object& variables, const query_limits& limits,
           faults& errors)
      : types_{types}, asked_{asked}, variables_{variables}, limits_{limits}, errors_{errors} {}

  /// Absent: something in it failed that may not be null.
  std::optional<json::value> run(const std::vector<const selection*>& owners, const type_definition& type,
                                 const object& node) {
    std::vector<field_group> groups;
    std::unordered_map<std::string_view, std::size_t> places;
    std::set<std::string> spread;
    for (const selection* owner : owners) collect(owner->selections, type, groups, places, spread);
    json::object members;
    for (const field_group& each : groups) {
      const field_definition& field = *types_.find_field(type, each.fields.front()->name);
      auto value = resolve(field, each.fields, type, node);
      if (!value) return std::nullopt;
      members.emplace(each.name, std::move(*value));
    }
    return json::value(std::move(members));
  }

 private:
  bool is_wanted(const std::vector<directive>& directives) const {
    for (const directive& each : directives) {
      const directive_definition* known = types_.find_directive(each.name);
      const auto arguments = coerce_arguments(types_, known->arguments, each.arguments, variables_);
      if (!arguments) continue;
      if (each.name == "skip" && arguments->at("if").as_bool()) return false;
      if (each.name == "include" && !arguments->at("if").as_bool()) return false;
    }
    return true;
  }

  void collect(const std::vector<selection>& selections, const type_definition& type, std::vector<field_group>& groups,
               std::unordered_map<std::string_view, std::size_t>& places, std::set<std::string>& spread) const {
    for (const selection& each : selections) {
      if (!is_wanted(each.directives)) continue;
      if (each.kind == selection_kind::inline_fragment) {
        collect(each.selections, type, groups, places, spread);
      } else if (each.kind == selection_kind::spread) {
        const fragment* part = asked_.find_fragment(each.name);
        if (spread.insert(each.name).second) collect(part->selections, type, groups, places, spread);
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

  std::optional<json::value> resolve(const field_definition& field, const std::vector<const selection*>& fields,
                                     const type_definition& parent, const object& node) {
    if (field.name == "__typename") return json::value(parent.name);
    if (over_) return std::nullopt;
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
      if (!over_) {
        errors_.emplace_back(
            "The answer has more than " + std::to_string(limits_.answer_values) + " values; ask for less at once.",
            too_large);
      }
      over_ = true;
      return std::nullopt;
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
    if (value.node() == nullptr) return value.value();
    auto members = run(fields, types_.of(type), *value.node());
    if (!members && !over_ && !type.non_null) return json::value(nullptr);
    return members;
  }

  const schema& types_;
  const document& asked_;
  const json::object& variables_;
  const query_limits& limits_;
  faults& errors_;
  std::size_t values_ = 0;
  bool over_ = false;
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
  variable_values variables = coerce_variables(types, wanted, asked.variables == nullptr ? none : *asked.variables);
  if (!variables.mistakes.empty()) {
    to.errors = std::move(variables.mistakes);
    return to;
  }
  to.executed = true;
  const object* root = wanted.kind == operation_kind::mutation ? at.mutation : at.query;
  selection whole;
  whole.selections = wanted.selections;
  executor run{types, *parsed, variables.values, limits, to.errors};
  auto data = run.run({&whole}, *types.root(wanted.kind), *root);
  if (data) to.data = std::move(*data);
  return to;
}

}  // namespace modelgate::control::graphql
