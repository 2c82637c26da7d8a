#pragma once

#include "control/api/graphql/document.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::graphql {

enum class type_kind { scalar, object, input_object, enumeration };

/// An argument, or a field of an input object.
struct input_value {
  std::string name;
  std::string description;
  type_ref type;
  std::optional<literal> default_value;

  [[nodiscard]] bool required() const noexcept { return type.non_null && !default_value; }
};

struct field_definition {
  std::string name;
  std::string description;
  std::vector<input_value> arguments;
  type_ref type;

  [[nodiscard]] const input_value* find_argument(std::string_view argument) const noexcept;
};

struct type_definition {
  type_kind kind = type_kind::scalar;
  std::string name;
  std::string description;
  std::vector<field_definition> fields;  ///< of an object
  std::vector<input_value> inputs;       ///< of an input object
  std::vector<std::string> enumerators;

  [[nodiscard]] const field_definition* find_field(std::string_view field) const noexcept;
  [[nodiscard]] const input_value* find_input(std::string_view input) const noexcept;
  [[nodiscard]] bool is_input() const noexcept { return kind != type_kind::object; }
  [[nodiscard]] bool is_leaf() const noexcept { return kind == type_kind::scalar || kind == type_kind::enumeration; }
};

struct directive_definition {
  std::string name;
  std::string description;
  std::vector<input_value> arguments;
  std::vector<std::string> locations;  ///< "FIELD", ...

  [[nodiscard]] bool stands_at(std::string_view place) const noexcept;
};

/// Which types there are. Interfaces, unions and subscriptions are not among them: PrimeHub's schema has none.
///
/// Shape: made once at start, immutable then.
class schema {
 public:
  /// Reads a schema, and adds what every one has: the scalars and directives of the specification, and introspection.
  /// Throws std::logic_error when the text is wrong: it is part of the program.
  explicit schema(std::string_view text);
  schema(const schema&) = delete;
  schema& operator=(const schema&) = delete;

  [[nodiscard]] const type_definition* find(std::string_view name) const noexcept;
  [[nodiscard]] const type_definition& of(const type_ref& type) const noexcept { return *find(type.named()); }
  [[nodiscard]] const directive_definition* find_directive(std::string_view name) const noexcept;
  /// Null: there are none of that kind.
  [[nodiscard]] const type_definition* root(operation_kind kind) const noexcept;
  /// A field as it can be asked for, with __typename everywhere and __schema and __type at the root. Null: there is none.
  [[nodiscard]] const field_definition* find_field(const type_definition& parent, std::string_view name) const noexcept;

  [[nodiscard]] const std::map<std::string, type_definition, std::less<>>& types() const noexcept { return types_; }
  [[nodiscard]] const std::vector<directive_definition>& directives() const noexcept { return directives_; }

 private:
  void read(std::string_view text);
  void check() const;

  std::map<std::string, type_definition, std::less<>> types_;
  std::vector<directive_definition> directives_;
  field_definition typename_;
  field_definition schema_;
  field_definition type_;
};

}  // namespace modelgate::control::graphql
