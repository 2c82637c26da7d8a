#include "control/api/graphql/schema_reader.hpp"

#include "control/api/graphql/parser.hpp"

namespace modelgate::control::graphql {
namespace {

/// The schema is ours, so it is not to be bounded.
constexpr query_limits unbounded{1'000'000, 1'000'000, 64, 0, 0, 0};

std::string read_description(token_reader& reader) {
  const token_kind kind = reader.now().kind;
  if (kind == token_kind::text || kind == token_kind::block_text) return reader.take().text;
  return {};
}

input_value read_input(token_reader& reader) {
  input_value read;
  read.description = read_description(reader);
  read.name = reader.expect_name();
  reader.expect(":");
  read.type = reader.read_type();
  if (reader.take_if("=")) read.default_value = reader.read_literal(true);
  return read;
}

std::vector<input_value> read_inputs(token_reader& reader, std::string_view open, std::string_view close) {
  std::vector<input_value> inputs;
  if (!reader.take_if(open)) return inputs;
  do {
    inputs.push_back(read_input(reader));
  } while (!reader.take_if(close) && !reader.failed());
  return inputs;
}

std::vector<field_definition> read_fields(token_reader& reader) {
  std::vector<field_definition> fields;
  reader.expect("{");
  do {
    field_definition read;
    read.description = read_description(reader);
    read.name = reader.expect_name();
    read.arguments = read_inputs(reader, "(", ")");
    reader.expect(":");
    read.type = reader.read_type();
    fields.push_back(std::move(read));
  } while (!reader.take_if("}") && !reader.failed());
  return fields;
}

std::vector<std::string> read_enumerators(token_reader& reader) {
  std::vector<std::string> enumerators;
  reader.expect("{");
  do {
    enumerators.push_back(reader.expect_name());
  } while (!reader.take_if("}") && !reader.failed());
  return enumerators;
}

directive_definition read_directive(token_reader& reader, std::string description) {
  directive_definition read;
  read.description = std::move(description);
  reader.expect("@");
  read.name = reader.expect_name();
  read.arguments = read_inputs(reader, "(", ")");
  if (!reader.take_keyword("on")) reader.unexpected();
  do {
    read.locations.push_back(reader.expect_name());
  } while (reader.take_if("|"));
  return read;
}

void read_definition(token_reader& reader, schema_definitions& to) {
  std::string description = read_description(reader);
  if (reader.take_keyword("directive")) {
    to.directives.push_back(read_directive(reader, std::move(description)));
    return;
  }
  type_definition read;
  read.description = std::move(description);
  if (reader.take_keyword("scalar")) {
    read.kind = type_kind::scalar;
    read.name = reader.expect_name();
  } else if (reader.take_keyword("type")) {
    read.kind = type_kind::object;
    read.name = reader.expect_name();
    read.fields = read_fields(reader);
  } else if (reader.take_keyword("input")) {
    read.kind = type_kind::input_object;
    read.name = reader.expect_name();
    read.inputs = read_inputs(reader, "{", "}");
  } else if (reader.take_keyword("enum")) {
    read.kind = type_kind::enumeration;
    read.name = reader.expect_name();
    read.enumerators = read_enumerators(reader);
  } else {
    return reader.unexpected();
  }
  to.types.push_back(std::move(read));
}

}  // namespace

result<schema_definitions, fault> read_schema(std::string_view text) {
  token_reader reader{text, unbounded};
  schema_definitions read;
  do {
    read_definition(reader, read);
  } while (!reader.failed() && reader.now().kind != token_kind::end);
  if (reader.failed()) return reader.why();
  return read;
}

}  // namespace modelgate::control::graphql
