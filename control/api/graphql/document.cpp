#include "control/api/graphql/document.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace modelgate::control::graphql {

literal::literal() = default;
literal::literal(literal_kind what, std::string words, location where)
    : kind{what}, text{std::move(words)}, at{where} {}
literal::literal(const literal&) = default;
literal::literal(literal&&) noexcept = default;
literal& literal::operator=(const literal&) = default;
literal& literal::operator=(literal&&) noexcept = default;
literal::~literal() = default;

std::string to_string(const type_ref& type) {
  const std::string inner = type.is_list() ? "[" + to_string(type.of.front()) + "]" : type.name;
  return type.non_null ? inner + "!" : inner;
}

std::string to_string(const literal& value) {
  std::string text;
  switch (value.kind) {
    case literal_kind::variable:
      return "$" + value.text;
    case literal_kind::null:
      return "null";
    case literal_kind::text:
      return boost::json::serialize(boost::json::value(value.text));
    case literal_kind::list:
      for (const literal& item : value.items) text += (text.empty() ? "" : ", ") + to_string(item);
      return "[" + text + "]";
    case literal_kind::object:
      for (const literal_member& member : value.members) {
        text += (text.empty() ? "" : ", ") + member.name + ": " + to_string(member.value);
      }
      return "{" + text + "}";
    case literal_kind::integer:
      break;
    case literal_kind::floating:
      break;
    case literal_kind::boolean:
      break;
    case literal_kind::enumerator:
      break;
  }
  return value.text;
}

}  // namespace modelgate::control::graphql
