#pragma once

#include <boost/json/fwd.hpp>

#include <string>

namespace modelgate::control::rest {

/// JSON as people expect to read it: Boost.JSON writes 0.5 as 5E-1.
[[nodiscard]] std::string json_text(const boost::json::value& value);
[[nodiscard]] std::string json_text(const boost::json::object& value);

}  // namespace modelgate::control::rest
