#include "control/api/graphql/coercion.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/serializer.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace modelgate::control::graphql {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_shown_value = 200;

std::optional<std::int32_t> int_of(const std::string& digits) {
  std::int32_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

/// Source: ECMA-262, section 6.1.6.1.20, Number::toString.
std::string digits_of(double number) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::scientific);
  const std::string written{text.data(), end};
  const auto e = written.find('e');
  const int exponent = std::atoi(written.c_str() + e + 1);
  if (number == 0) return "0";
  if (exponent >= 21) return written;
  std::string digits = written.substr(0, e);
  std::erase(digits, '.');
  digits.resize(static_cast<std::size_t>(exponent) + (number < 0 ? 2 : 1), '0');
  return digits;
}

/// What is not shown is not written out either: it may be as large as a body.
std::string shown(const json::value& value) {
  std::array<char, longest_shown_value + 1> beginning;
  json::serializer written;
  written.reset(&value);
  std::string text;
  while (!written.done() && text.size() < beginning.size()) {
    text.append(written.read(beginning.data(), beginning.size() - text.size()));
  }
  if (text.size() > longest_shown_value) {
    // No half of a character is shown.
    std::size_t size = longest_shown_value;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    text = text.substr(0, size) + "...";
  }
  return text;
}

/// A literal as JSON where its type is not looked into: of a scalar such as JSON.
json::value untyped(const literal& value, const json::object& variables) {
  switch (value.kind) {
    case literal_kind::variable: {
      const auto* given = variables.if_contains(value.text);
      return given == nullptr ? json::value(nullptr) : *given;
    }
    case literal_kind::integer: {
      std::int64_t number = 0;
      const char* const end = value.text.data() + value.text.size();
      const auto [stopped, error] = std::from_chars(value.text.data(), end, number);
      if (error == std::errc{} && stopped == end) return number;
      return std::strtod(value.text.c_str(), nullptr);
    }
    case literal_kind::floating:
      return std::strtod(value.text.c_str(), nullptr);
    case literal_kind::boolean:
      return value.text == "true";
    case literal_kind::null:
      return nullptr;
    case literal_kind::list: {
      json::array items;
      for (const literal& item : value.items) items.push_back(untyped(item, variables));
      return items;
    }
    case literal_kind::object: {
      json::object members;
      for (const literal_member& member : value.members) {
        members.insert_or_assign(member.name, untyped(member.value, variables));
      }
      return members;
    }
    case literal_kind::text:
      break;
    case literal_kind::enumerator:
      break;
  }
  return json::value(value.text);
}

class literal_coercion {
 public:
  literal_coercion(const schema& types, const json::object& variables) : types_{types}, variables_{variables} {}

  /// Absent: a variable that was not given, or null where it may not be.
  std::optional<json::value> operator()(const literal& value, const type_ref& type) const {
    if (value.kind == literal_kind::variable) {
      const auto* given = variables_.if_contains(value.text);
      if (given == nullptr || (given->is_null() && type.non_null)) return std::nullopt;
      return *given;
    }
    if (value.kind == literal_kind::null) return type.non_null ? std::nullopt : std::optional{json::value(nullptr)};
    if (type.is_list()) return list(value, type.of.front());
    const type_definition& named = types_.of(type);
    if (named.kind == type_kind::input_object) return object(value, named);
    if (!leaf_mistake(named, value).empty()) return std::nullopt;
    if (named.name == "ID" || named.name == "String") return json::value(value.text);
    if (named.name == "Float" && value.kind == literal_kind::integer) {
      return json::value(std::strtod(value.text.c_str(), nullptr));
    }
    return untyped(value, variables_);
  }

 private:
  std::optional<json::value> list(const literal& value, const type_ref& item_type) const {
    json::array items;
    if (value.kind != literal_kind::list) {
      auto only = (*this)(value, item_type);
      if (!only) return std::nullopt;
      items.push_back(std::move(*only));
      return json::value(std::move(items));
    }
    for (const literal& item : value.items) {
      auto read = (*this)(item, item_type);
      // A variable that was not given is null in a list.
      if (!read && (item.kind != literal_kind::variable || item_type.non_null)) return std::nullopt;
      items.push_back(read ? std::move(*read) : json::value(nullptr));
    }
    return json::value(std::move(items));
  }

  std::optional<json::value> object(const literal& value, const type_definition& type) const {
    if (value.kind != literal_kind::object) return std::nullopt;
    json::object members;
    for (const input_value& input : type.inputs) {
      const auto given = std::find_if(value.members.begin(), value.members.end(),
                                      [&](const literal_member& each) { return each.name == input.name; });
      const bool missing = given == value.members.end()
                           || (given->value.kind == literal_kind::variable && !variables_.contains(given->value.text));
      if (missing) {
        if (input.default_value) {
          members.emplace(input.name, *(*this)(*input.default_value, input.type));
        } else if (input.type.non_null) {
          return std::nullopt;
        }
        continue;
      }
      auto read = (*this)(given->value, input.type);
      if (!read) return std::nullopt;
      members.emplace(input.name, std::move(*read));
    }
    return json::value(std::move(members));
  }

  const schema& types_;
  const json::object& variables_;
};

/// What is wrong with the variables of one request, up to so many; then nothing more is looked at.
class mistake_list {
 public:
  mistake_list(faults& mistakes, std::size_t most) : mistakes_{mistakes}, most_{most} {}

  void add(std::string sentence) {
    if (full_) return;
    full_ = mistakes_.size() >= most_;
    if (full_) sentence = "Too many errors processing variables, error limit reached. Execution aborted.";
    mistakes_.emplace_back(std::move(sentence), bad_user_input);
  }
  [[nodiscard]] bool full() const noexcept { return full_; }

 private:
  faults& mistakes_;
  std::size_t most_;
  bool full_ = false;
};

/// Values of variables, which come as JSON.
class json_coercion {
 public:
  json_coercion(const schema& types, const std::string& variable, const json::value& given, mistake_list& mistakes)
      : types_{types}, variable_{variable}, given_{given}, mistakes_{mistakes} {}

  json::value operator()(const json::value& value, const type_ref& type, const std::string& path) {
    if (mistakes_.full()) return nullptr;
    if (type.non_null && value.is_null()) {
      fail(value, path, "Expected non-nullable type \"" + to_string(type) + "\" not to be null.");
      return nullptr;
    }
    if (value.is_null()) return nullptr;
    if (type.is_list()) {
      json::array items;
      if (const auto* given = value.if_array()) {
        for (std::size_t i = 0; i < given->size() && !mistakes_.full(); ++i) {
          items.push_back((*this)((*given)[i], type.of.front(), path + "[" + std::to_string(i) + "]"));
        }
      } else {
        items.push_back((*this)(value, type.of.front(), path));
      }
      return items;
    }
    const type_definition& named = types_.of(type);
    return named.kind == type_kind::input_object ? object(value, named, path) : leaf(value, named, path);
  }

 private:
  void fail(const json::value& value, const std::string& path, const std::string& why) {
    const std::string at = path.empty() ? "" : " at \"" + variable_ + path + "\"";
    mistakes_.add("Variable \"$" + variable_ + "\" got invalid value " + shown(path.empty() ? given_ : value) + at
                  + "; " + why);
  }

  json::value object(const json::value& value, const type_definition& type, const std::string& path) {
    const auto* given = value.if_object();
    if (given == nullptr) {
      fail(value, path, "Expected type \"" + type.name + "\" to be an object.");
      return nullptr;
    }
    json::object members;
    for (const input_value& input : type.inputs) {
      const auto* member = given->if_contains(input.name);
      if (member != nullptr) {
        members.emplace(input.name, (*this)(*member, input.type, path + "." + input.name));
      } else if (input.default_value) {
        members.emplace(input.name, *literal_coercion{types_, {}}(*input.default_value, input.type));
      } else if (input.type.non_null) {
        fail(value, path,
             "Field \"" + input.name + "\" of required type \"" + to_string(input.type) + "\" was not provided.");
      }
    }
    for (const auto& member : *given) {
      if (mistakes_.full()) break;
      const std::string name{member.key()};
      if (type.find_input(name) == nullptr) {
        fail(value, path, "Field \"" + name + "\" is not defined by type \"" + type.name + "\".");
      }
    }
    return members;
  }

  json::value leaf(const json::value& value, const type_definition& type, const std::string& path) {
    if (type.name == "JSON") return value;
    if (type.name == "ID") {
      if (value.is_string()) return value;
      if (value.is_int64() || value.is_uint64()) return json::value(json::serialize(value));
      // Beyond 64 bits a whole number is a double; told with the digits that JavaScript writes.
      if (const auto* large = value.if_double(); large != nullptr && std::trunc(*large) == *large) {
        return json::value(digits_of(*large));
      }
      fail(value, path, "ID cannot represent value: " + shown(value));
    } else if (type.name == "String") {
      if (value.is_string()) return value;
      fail(value, path, "String cannot represent a non string value: " + shown(value));
    } else if (type.name == "Boolean") {
      if (value.is_bool()) return value;
      fail(value, path, "Boolean cannot represent a non boolean value: " + shown(value));
    } else if (type.name == "Int") {
      return whole_number(value, path);
    } else if (type.name == "Float") {
      if (value.is_number()) return value;
      fail(value, path, "Float cannot represent non numeric value: " + shown(value));
    } else {
      const auto* text = value.if_string();
      const bool known = text != nullptr
                         && std::find(type.enumerators.begin(), type.enumerators.end(), std::string_view{*text})
                                != type.enumerators.end();
      if (known) return value;
      fail(value, path, "Value " + shown(value) + " does not exist in \"" + type.name + "\" enum.");
    }
    return nullptr;
  }

  json::value whole_number(const json::value& value, const std::string& path) {
    if (!value.is_number()) {
      fail(value, path, "Int cannot represent non-integer value: " + shown(value));
      return nullptr;
    }
    const double number = value.to_number<double>();
    if (number != std::floor(number)) {
      fail(value, path, "Int cannot represent non-integer value: " + shown(value));
    } else if (number < std::numeric_limits<std::int32_t>::min() || number > std::numeric_limits<std::int32_t>::max()) {
      fail(value, path, "Int cannot represent non 32-bit signed integer value: " + shown(value));
    } else {
      return static_cast<std::int64_t>(number);
    }
    return nullptr;
  }

  const schema& types_;
  const std::string& variable_;
  const json::value& given_;
  mistake_list& mistakes_;
};

}  // namespace

std::string leaf_mistake(const type_definition& type, const literal& value) {
  const literal_kind kind = value.kind;
  const std::string text = to_string(value);
  if (type.kind == type_kind::enumeration) {
    const auto& known = type.enumerators;
    if (kind != literal_kind::enumerator) {
      return "Enum \"" + type.name + "\" cannot represent non-enum value: " + text + ".";
    }
    if (std::find(known.begin(), known.end(), value.text) != known.end()) return {};
    return "Value \"" + value.text + "\" does not exist in \"" + type.name + "\" enum.";
  }
  if (type.name == "Int") {
    if (kind != literal_kind::integer) return "Int cannot represent non-integer value: " + text;
    return int_of(value.text) ? "" : "Int cannot represent non 32-bit signed integer value: " + text;
  }
  if (type.name == "Float") {
    const bool number = kind == literal_kind::integer || kind == literal_kind::floating;
    return number ? "" : "Float cannot represent non numeric value: " + text;
  }
  if (type.name == "String")
    return kind == literal_kind::text ? "" : "String cannot represent a non string value: " + text;
  if (type.name == "Boolean") {
    return kind == literal_kind::boolean ? "" : "Boolean cannot represent a non boolean value: " + text;
  }
  if (type.name == "ID") {
    const bool name = kind == literal_kind::text || kind == literal_kind::integer;
    return name ? "" : "ID cannot represent a non-string and non-integer value: " + text;
  }
  return {};
}

variable_values coerce_variables(const schema& types, const operation& of, const json::object& given,
                                 std::size_t most_mistakes) {
  variable_values read;
  mistake_list mistakes{read.mistakes, most_mistakes};
  for (const variable_definition& each : of.variables) {
    if (mistakes.full()) break;
    const auto* value = given.if_contains(each.name);
    if (value == nullptr) {
      if (each.default_value) {
        if (auto usual = literal_coercion{types, {}}(*each.default_value, each.type)) {
          read.values.emplace(each.name, std::move(*usual));
        }
      } else if (each.type.non_null) {
        mistakes.add("Variable \"$" + each.name + "\" of required type \"" + to_string(each.type)
                     + "\" was not provided.");
      }
      continue;
    }
    if (value->is_null() && each.type.non_null) {
      mistakes.add("Variable \"$" + each.name + "\" of non-null type \"" + to_string(each.type)
                   + "\" must not be null.");
      continue;
    }
    read.values.emplace(each.name, json_coercion{types, each.name, *value, mistakes}(*value, each.type, ""));
  }
  return read;
}

result<json::object, fault> coerce_arguments(const schema& types, const std::vector<input_value>& known,
                                             const std::vector<argument>& given, const json::object& variables) {
  const literal_coercion coerce{types, variables};
  json::object values;
  for (const input_value& input : known) {
    const auto found =
        std::find_if(given.begin(), given.end(), [&](const argument& each) { return each.name == input.name; });
    const bool missing =
        found == given.end() || (found->value.kind == literal_kind::variable && !variables.contains(found->value.text));
    if (missing) {
      if (input.default_value) {
        values.emplace(input.name, *coerce(*input.default_value, input.type));
      } else if (input.type.non_null) {
        return fault{
            "Argument \"" + input.name + "\" of required type \"" + to_string(input.type) + "\" was not provided.",
            bad_user_input};
      }
      continue;
    }
    auto value = coerce(found->value, input.type);
    if (!value && found->value.kind == literal_kind::variable) {
      return fault{
          "Argument \"" + input.name + "\" of non-null type \"" + to_string(input.type) + "\" must not be null.",
          bad_user_input};
    }
    if (!value) {
      return fault{"Argument \"" + input.name + "\" has invalid value " + to_string(found->value) + ".",
                   bad_user_input};
    }
    values.emplace(input.name, std::move(*value));
  }
  return values;
}

}  // namespace modelgate::control::graphql
