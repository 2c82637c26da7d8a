#include "control/api/graphql/parser.hpp"

namespace modelgate::control::graphql {
namespace {

std::string shown(const token& of) {
  switch (of.kind) {
    case token_kind::punctuator:
      return "\"" + of.text + "\"";
    case token_kind::name:
      return "Name \"" + of.text + "\"";
    case token_kind::integer:
      return "Int \"" + of.text + "\"";
    case token_kind::floating:
      return "Float \"" + of.text + "\"";
    case token_kind::text:
      return "String \"" + of.text + "\"";
    case token_kind::block_text:
      return "BlockString \"" + of.text + "\"";
    case token_kind::end:
      break;
  }
  return "<EOF>";
}

literal_kind kind_of_word(std::string_view word) {
  if (word == "null") return literal_kind::null;
  if (word == "true" || word == "false") return literal_kind::boolean;
  return literal_kind::enumerator;
}

}  // namespace

token_reader::level::level(token_reader& of) : of_{of} {
  if (++of_.depth_ > of_.limits_.depth) {
    of_.fail({"Document is nested deeper than " + std::to_string(of_.limits_.depth) + " levels.", too_large});
  }
}

token_reader::token_reader(std::string_view text, const query_limits& limits) : lexer_{text}, limits_{limits} {
  if (text.size() > limits_.document_bytes) {
    fail({"Document has " + std::to_string(text.size()) + " bytes; at most " + std::to_string(limits_.document_bytes)
              + " are allowed.",
          too_large});
    return;
  }
  take();
}

void token_reader::fail(fault why) {
  if (!fault_) fault_ = std::move(why);
  now_ = {token_kind::end, {}, now_.at};
}

token token_reader::take() {
  token taken = std::move(now_);
  if (failed()) {
    now_ = {token_kind::end, {}, taken.at};
    return taken;
  }
  auto next = lexer_.next();
  if (!next) {
    fail(next.error());
  } else if (++tokens_ > limits_.tokens) {
    fail({"Document contains more than " + std::to_string(limits_.tokens) + " tokens.", too_large});
  } else {
    now_ = std::move(*next);
  }
  return taken;
}

bool token_reader::take_if(std::string_view punctuator) {
  if (!now_.is(punctuator)) return false;
  take();
  return true;
}

bool token_reader::take_keyword(std::string_view word) {
  if (now_.kind != token_kind::name || now_.text != word) return false;
  take();
  return true;
}

void token_reader::expect(std::string_view punctuator) {
  if (take_if(punctuator) || failed()) return;
  fail(syntax_fault("Expected \"" + std::string{punctuator} + "\", found " + shown(now_) + ".", now_.at));
}

std::string token_reader::expect_name() {
  if (now_.kind == token_kind::name) return take().text;
  if (!failed()) fail(syntax_fault("Expected Name, found " + shown(now_) + ".", now_.at));
  return {};
}

void token_reader::unexpected() {
  if (!failed()) fail(syntax_fault("Unexpected " + shown(now_) + ".", now_.at));
}

type_ref token_reader::read_type() {
  const level deeper{*this};
  type_ref type;
  if (failed()) return type;
  if (take_if("[")) {
    type.of.push_back(read_type());
    expect("]");
  } else {
    type.name = expect_name();
  }
  type.non_null = take_if("!");
  return type;
}

literal token_reader::read_literal(bool constant) {
  const level deeper{*this};
  literal value;
  value.at = now_.at;
  if (failed()) return value;
  if (take_if("[")) {
    value.kind = literal_kind::list;
    while (!take_if("]") && !failed()) value.items.push_back(read_literal(constant));
    return value;
  }
  if (take_if("{")) {
    value.kind = literal_kind::object;
    while (!take_if("}") && !failed()) {
      std::string name = expect_name();
      expect(":");
      value.members.push_back({std::move(name), read_literal(constant)});
    }
    return value;
  }
  if (now_.is("$")) {
    take();
    if (constant && !failed()) {
      fail(syntax_fault("Unexpected variable \"$" + now_.text + "\" in constant value.", value.at));
      return value;
    }
    value.kind = literal_kind::variable;
    value.text = expect_name();
    return value;
  }
  switch (now_.kind) {
    case token_kind::integer:
      value.kind = literal_kind::integer;
      break;
    case token_kind::floating:
      value.kind = literal_kind::floating;
      break;
    case token_kind::text:
      value.kind = literal_kind::text;
      break;
    case token_kind::block_text:
      value.kind = literal_kind::text;
      value.block = true;
      break;
    case token_kind::name:
      value.kind = kind_of_word(now_.text);
      break;
    case token_kind::punctuator:
      unexpected();
      return value;
    case token_kind::end:
      unexpected();
      return value;
  }
  value.text = take().text;
  return value;
}

std::vector<argument> token_reader::read_arguments(bool constant) {
  std::vector<argument> arguments;
  if (!take_if("(")) return arguments;
  do {
    argument each;
    each.at = now_.at;
    each.name = expect_name();
    expect(":");
    each.value = read_literal(constant);
    arguments.push_back(std::move(each));
  } while (!take_if(")") && !failed());
  return arguments;
}

std::vector<directive> token_reader::read_directives(bool constant) {
  std::vector<directive> directives;
  while (now_.is("@")) {
    directive each;
    each.at = take().at;
    each.name = expect_name();
    each.arguments = read_arguments(constant);
    directives.push_back(std::move(each));
  }
  return directives;
}

}  // namespace modelgate::control::graphql
