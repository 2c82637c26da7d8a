#include "control/api/graphql/introspection.hpp"

namespace modelgate::control::graphql {
namespace {

namespace json = boost::json;

resolved text_or_null(const std::string& text) {
  return text.empty() ? resolved{} : resolved{json::value(text)};
}

template <class Node, class Item>
resolved list_of(const schema& types, const std::vector<Item>& items) {
  std::vector<resolved> nodes;
  for (const Item& each : items) nodes.emplace_back(object_ptr{std::make_shared<Node>(types, each)});
  return nodes;
}

/// A type where it is used: with what it is a list of, or what may not be null.
class type_node : public object {
 public:
  type_node(const schema& types, type_ref type) : types_{types}, type_{std::move(type)} {}

  resolution get(std::string_view field, const json::object& arguments) const override;

 private:
  [[nodiscard]] std::string_view kind() const noexcept;

  const schema& types_;
  const type_ref type_;
};

class input_node : public object {
 public:
  input_node(const schema& types, const input_value& input) : types_{types}, input_{input} {}

  resolution get(std::string_view field, const json::object&) const override {
    if (field == "name") return resolved{json::value(input_.name)};
    if (field == "description") return text_or_null(input_.description);
    if (field == "type") return resolved{object_ptr{std::make_shared<type_node>(types_, input_.type)}};
    if (field == "defaultValue")
      return input_.default_value ? text_or_null(to_string(*input_.default_value)) : resolved{};
    if (field == "isDeprecated") return resolved{json::value(false)};
    return resolved{};
  }

 private:
  const schema& types_;
  const input_value& input_;
};

class field_node : public object {
 public:
  field_node(const schema& types, const field_definition& of) : types_{types}, field_{of} {}

  resolution get(std::string_view field, const json::object&) const override {
    if (field == "name") return resolved{json::value(field_.name)};
    if (field == "description") return text_or_null(field_.description);
    if (field == "args") return list_of<input_node>(types_, field_.arguments);
    if (field == "type") return resolved{object_ptr{std::make_shared<type_node>(types_, field_.type)}};
    if (field == "isDeprecated") return resolved{json::value(false)};
    return resolved{};
  }

 private:
  const schema& types_;
  const field_definition& field_;
};

class enumerator_node : public object {
 public:
  enumerator_node(const schema&, const std::string& name) : name_{name} {}

  resolution get(std::string_view field, const json::object&) const override {
    if (field == "name") return resolved{json::value(name_)};
    if (field == "isDeprecated") return resolved{json::value(false)};
    return resolved{};
  }

 private:
  const std::string& name_;
};

class directive_node : public object {
 public:
  directive_node(const schema& types, const directive_definition& of) : types_{types}, directive_{of} {}

  resolution get(std::string_view field, const json::object&) const override {
    if (field == "name") return resolved{json::value(directive_.name)};
    if (field == "description") return text_or_null(directive_.description);
    if (field == "isRepeatable") return resolved{json::value(false)};
    if (field == "args") return list_of<input_node>(types_, directive_.arguments);
    std::vector<resolved> places;
    for (const std::string& each : directive_.locations) places.emplace_back(json::value(each));
    return places;
  }

 private:
  const schema& types_;
  const directive_definition& directive_;
};

std::string_view type_node::kind() const noexcept {
  if (type_.non_null) return "NON_NULL";
  if (type_.is_list()) return "LIST";
  switch (types_.of(type_).kind) {
    case type_kind::scalar:
      return "SCALAR";
    case type_kind::object:
      return "OBJECT";
    case type_kind::input_object:
      return "INPUT_OBJECT";
    case type_kind::enumeration:
      break;
  }
  return "ENUM";
}

resolution type_node::get(std::string_view field, const json::object&) const {
  if (field == "kind") return resolved{json::value(kind())};
  if (type_.non_null || type_.is_list()) {
    if (field != "ofType") return resolved{};
    type_ref inner = type_.non_null ? type_.nullable() : type_.of.front();
    return resolved{object_ptr{std::make_shared<type_node>(types_, std::move(inner))}};
  }
  const type_definition& type = types_.of(type_);
  if (field == "name") return resolved{json::value(type.name)};
  if (field == "description") return text_or_null(type.description);
  if (field == "fields" && type.kind == type_kind::object) return list_of<field_node>(types_, type.fields);
  if (field == "interfaces" && type.kind == type_kind::object) return resolved{std::vector<resolved>{}};
  if (field == "inputFields" && type.kind == type_kind::input_object) return list_of<input_node>(types_, type.inputs);
  if (field == "isOneOf" && type.kind == type_kind::input_object) return resolved{json::value(false)};
  if (field == "enumValues" && type.kind == type_kind::enumeration) {
    return list_of<enumerator_node>(types_, type.enumerators);
  }
  return resolved{};
}

class schema_node : public object {
 public:
  explicit schema_node(const schema& types) : types_{types} {}

  resolution get(std::string_view field, const json::object&) const override {
    if (field == "types") {
      std::vector<resolved> all;
      for (const auto& [name, unused] : types_.types()) all.emplace_back(node_of(name));
      return all;
    }
    if (field == "directives") return list_of<directive_node>(types_, types_.directives());
    if (field == "queryType") return resolved{node_of("Query")};
    if (field == "mutationType" && types_.root(operation_kind::mutation) != nullptr) {
      return resolved{node_of("Mutation")};
    }
    return resolved{};
  }

 private:
  object_ptr node_of(const std::string& name) const {
    return std::make_shared<type_node>(types_, type_ref{name, {}, false});
  }

  const schema& types_;
};

}  // namespace

resolution introspect(const schema& types, std::string_view field, const json::object& arguments) {
  if (field == "__schema") return resolved{object_ptr{std::make_shared<schema_node>(types)}};
  const std::string name{arguments.at("name").as_string()};
  if (types.find(name) == nullptr) return resolved{};
  return resolved{object_ptr{std::make_shared<type_node>(types, type_ref{name, {}, false})}};
}

}  // namespace modelgate::control::graphql
