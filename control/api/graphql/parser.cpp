#include "control/api/graphql/parser.hpp"

namespace modelgate::control::graphql {
namespace {

std::vector<selection> read_selections(token_reader& reader);

selection read_selection(token_reader& reader) {
  selection read;
  read.at = reader.now().at;
  if (!reader.take_if("...")) {
    read.name = reader.expect_name();
    if (reader.take_if(":")) {
      read.alias = std::move(read.name);
      read.name = reader.expect_name();
    }
    read.arguments = reader.read_arguments(false);
    read.directives = reader.read_directives(false);
    if (reader.now().is("{")) read.selections = read_selections(reader);
    return read;
  }
  if (reader.now().kind == token_kind::name && reader.now().text != "on") {
    read.kind = selection_kind::spread;
    read.name = reader.expect_name();
    read.directives = reader.read_directives(false);
    return read;
  }
  read.kind = selection_kind::inline_fragment;
  if (reader.take_keyword("on")) read.type_condition = reader.expect_name();
  read.directives = reader.read_directives(false);
  read.selections = read_selections(reader);
  return read;
}

std::vector<selection> read_selections(token_reader& reader) {
  const token_reader::level deeper{reader};
  std::vector<selection> selections;
  reader.expect("{");
  do {
    selections.push_back(read_selection(reader));
  } while (!reader.take_if("}") && !reader.failed());
  return selections;
}

/// Whether there was one; it means nothing here.
bool take_description(token_reader& reader) {
  const bool is_one = reader.now().kind == token_kind::text || reader.now().kind == token_kind::block_text;
  if (is_one) reader.take();
  return is_one;
}

std::vector<variable_definition> read_variables(token_reader& reader) {
  std::vector<variable_definition> variables;
  if (!reader.take_if("(")) return variables;
  do {
    variable_definition each;
    each.at = reader.now().at;
    take_description(reader);
    reader.expect("$");
    each.name = reader.expect_name();
    reader.expect(":");
    each.type = reader.read_type();
    if (reader.take_if("=")) each.default_value = reader.read_literal(true);
    each.directives = reader.read_directives(true);
    variables.push_back(std::move(each));
  } while (!reader.take_if(")") && !reader.failed());
  return variables;
}

std::optional<operation_kind> operation_of(const token& word) {
  if (word.kind != token_kind::name) return std::nullopt;
  if (word.text == "query") return operation_kind::query;
  if (word.text == "mutation") return operation_kind::mutation;
  if (word.text == "subscription") return operation_kind::subscription;
  return std::nullopt;
}

fragment read_fragment(token_reader& reader) {
  fragment read;
  read.at = reader.now().at;
  if (reader.now().text == "on") reader.unexpected();
  read.name = reader.expect_name();
  if (!reader.take_keyword("on") && !reader.failed()) reader.unexpected();
  read.type_condition = reader.expect_name();
  read.directives = reader.read_directives(false);
  read.selections = read_selections(reader);
  return read;
}

void read_definition(token_reader& reader, document& to) {
  operation read;
  read.at = reader.now().at;
  const bool described = take_description(reader);
  if (reader.now().is("{")) {
    if (described) {
      reader.fail(
          syntax_fault("Unexpected description, descriptions are not supported on shorthand queries.", read.at));
      return;
    }
    read.selections = read_selections(reader);
    to.operations.push_back(std::move(read));
    return;
  }
  if (reader.take_keyword("fragment")) {
    to.fragments.push_back(read_fragment(reader));
    return;
  }
  const auto kind = operation_of(reader.now());
  if (!kind && described && reader.now().kind == token_kind::name) {
    reader.fail(syntax_fault("Unexpected description, only GraphQL definitions support descriptions.", read.at));
  }
  if (!kind) return reader.unexpected();
  reader.take();
  read.kind = *kind;
  if (reader.now().kind == token_kind::name) read.name = reader.expect_name();
  read.variables = read_variables(reader);
  read.directives = reader.read_directives(false);
  read.selections = read_selections(reader);
  to.operations.push_back(std::move(read));
}

}  // namespace

result<document, fault> parse(std::string_view text, const query_limits& limits) {
  token_reader reader{text, limits};
  document read;
  do {
    read_definition(reader, read);
  } while (!reader.failed() && reader.now().kind != token_kind::end);
  if (reader.failed()) return reader.why();
  return read;
}

}  // namespace modelgate::control::graphql
