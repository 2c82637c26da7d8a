#pragma once

#include "control/api/graphql/lexer.hpp"

#include <optional>
#include <string>
#include <vector>

/// A document as its author wrote it. Source: GraphQL specification, October 2021, section 2.
namespace modelgate::control::graphql {

/// A type where it is used: `[String!]`.
struct type_ref {
  std::string name;          ///< empty for a list
  std::vector<type_ref> of;  ///< of a list, its one item type
  bool non_null = false;

  [[nodiscard]] bool is_list() const noexcept { return !of.empty(); }
  [[nodiscard]] const std::string& named() const noexcept { return is_list() ? of.front().named() : name; }
  [[nodiscard]] type_ref nullable() const {
    type_ref same = *this;
    same.non_null = false;
    return same;
  }

  friend bool operator==(const type_ref&, const type_ref&) = default;
};

[[nodiscard]] std::string to_string(const type_ref& type);

enum class literal_kind { variable, integer, floating, text, boolean, null, enumerator, list, object };

struct literal_member;

struct literal {
  literal_kind kind = literal_kind::null;
  std::string text;    ///< a variable's name, digits, a text's value, "true", an enumerator
  bool block = false;  ///< of a text: it stands in three quotation marks
  std::vector<literal> items;
  std::vector<literal_member> members;
  location at;

  literal();
  literal(literal_kind what, std::string words, location where);
  literal(const literal&);
  literal(literal&&) noexcept;
  literal& operator=(const literal&);
  literal& operator=(literal&&) noexcept;
  ~literal();
};

struct literal_member {
  std::string name;
  literal value;
};

/// As people write it.
[[nodiscard]] std::string to_string(const literal& value);

struct argument {
  std::string name;
  literal value;
  location at;
};

struct directive {
  std::string name;
  std::vector<argument> arguments;
  location at;
};

enum class selection_kind { field, spread, inline_fragment };

struct selection {
  selection_kind kind = selection_kind::field;
  std::string name;   ///< of the field, or of the fragment that is spread
  std::string alias;  ///< empty: none
  std::optional<std::string> type_condition;
  std::vector<argument> arguments;
  std::vector<directive> directives;
  std::vector<selection> selections;
  location at;

  [[nodiscard]] const std::string& response_name() const noexcept { return alias.empty() ? name : alias; }
};

struct variable_definition {
  std::string name;
  type_ref type;
  std::optional<literal> default_value;
  std::vector<directive> directives;
  location at;
};

enum class operation_kind { query, mutation, subscription };

struct operation {
  operation_kind kind = operation_kind::query;
  std::string name;  ///< empty: anonymous
  std::vector<variable_definition> variables;
  std::vector<directive> directives;
  std::vector<selection> selections;
  location at;
};

struct fragment {
  std::string name;
  std::string type_condition;
  std::vector<directive> directives;
  std::vector<selection> selections;
  location at;
};

struct document {
  std::vector<operation> operations;
  std::vector<fragment> fragments;

  [[nodiscard]] const fragment* find_fragment(std::string_view name) const noexcept {
    for (const fragment& each : fragments) {
      if (each.name == name) return &each;
    }
    return nullptr;
  }
};

}  // namespace modelgate::control::graphql
