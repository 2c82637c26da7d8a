#include "control/cli/answer_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <charconv>

namespace modelgate::control::cli {
namespace json = boost::json;

outcome<json::object> parse_object(std::string_view body) {
  error_code broken;
  json::value parsed = json::parse({body.data(), body.size()}, broken);
  if (broken || !parsed.is_object())
    return failure{exit_code::failed, "the server's answer is no JSON object; is it a modelgate?", {}};
  return std::move(parsed.get_object());
}

const json::object& object_member(const json::object& object, std::string_view name) {
  static const json::object nothing;
  const json::value* member = object.if_contains(name);
  return member != nullptr && member->is_object() ? member->get_object() : nothing;
}

const json::array& array_member(const json::object& object, std::string_view name) {
  static const json::array nothing;
  const json::value* member = object.if_contains(name);
  return member != nullptr && member->is_array() ? member->get_array() : nothing;
}

std::string member_text(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  if (member == nullptr || member->is_null()) return "-";
  const std::string text = value_text(*member);
  return text.empty() ? "-" : text;
}

std::string list_text(const json::array& values) {
  std::string text;
  for (const json::value& value : values) text.append(text.empty() ? "" : ", ").append(value_text(value));
  return text;
}

std::string value_text(const json::value& value) {
  if (const json::string* text = value.if_string()) return std::string{*text};
  if (const double* number = value.if_double()) {
    std::array<char, 32> text{};
    const auto [end, problem] = std::to_chars(text.data(), text.data() + text.size(), *number);
    if (problem == std::errc{}) return {text.data(), end};
  }
  return json::serialize(value);
}

}  // namespace modelgate::control::cli
