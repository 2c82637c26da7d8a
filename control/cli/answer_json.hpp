#pragma once

#include "control/cli/failure.hpp"

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>

namespace modelgate::control::cli {

/// The object that an answer is. Errors: `failed`, when the server sent something else.
[[nodiscard]] outcome<boost::json::object> parse_object(std::string_view body);

/// Members that are objects or arrays; empty ones when they are missing or something else.
[[nodiscard]] const boost::json::object& object_member(const boost::json::object& object, std::string_view name);
[[nodiscard]] const boost::json::array& array_member(const boost::json::object& object, std::string_view name);

/// A member as text: "-" when it is missing, null or empty.
[[nodiscard]] std::string member_text(const boost::json::object& object, std::string_view name);

/// "a, b"; empty for none.
[[nodiscard]] std::string list_text(const boost::json::array& values);

/// Numbers as people write them: 1.5 and not 1.5E0. Anything but a text is JSON.
[[nodiscard]] std::string value_text(const boost::json::value& value);

}  // namespace modelgate::control::cli
