#include "control/api/rest/json_text.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <charconv>

namespace modelgate::control::rest {
namespace {

namespace json = boost::json;

// The recursion is as deep as documents that this program makes, or that its parser has let in.
void append(std::string& text, const json::value& value);

void append_text(std::string& text, json::string_view given) {
  text += json::serialize(json::value(given));
}

void append(std::string& text, const json::object& members) {
  text.push_back('{');
  bool first = true;
  for (const auto& member : members) {
    if (!first) text.push_back(',');
    first = false;
    append_text(text, member.key());
    text.push_back(':');
    append(text, member.value());
  }
  text.push_back('}');
}

void append(std::string& text, const json::value& value) {
  if (const auto* members = value.if_object()) {
    append(text, *members);
  } else if (const auto* items = value.if_array()) {
    text.push_back('[');
    for (std::size_t i = 0; i < items->size(); ++i) {
      if (i > 0) text.push_back(',');
      append(text, (*items)[i]);
    }
    text.push_back(']');
  } else if (const auto* number = value.if_double()) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *number);
    text.append(digits.data(), end.ptr);
  } else {
    text += json::serialize(value);
  }
}

}  // namespace

std::string json_text(const json::object& value) {
  std::string text;
  append(text, value);
  return text;
}

std::string json_text(const json::value& value) {
  std::string text;
  append(text, value);
  return text;
}

}  // namespace modelgate::control::rest
