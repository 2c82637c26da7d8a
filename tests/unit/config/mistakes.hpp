#pragma once

#include "modelgate/config/settings.hpp"

#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string_view>

namespace modelgate {

inline std::ostream& operator<<(std::ostream& out, const diagnostic& mistake) {
  return out << mistake.where << " " << mistake.code << " " << mistake.detail;
}

/// What a config file's text comes to.
namespace config::tests {

inline settings parsed(std::string_view toml) {
  auto read = parse_settings(toml, "/etc/modelgate");
  for (const diagnostic& mistake : read.has_error() ? read.error() : diagnostics{}) BOOST_TEST_MESSAGE(mistake);
  BOOST_REQUIRE(read.has_value());
  return *read;
}

inline diagnostics mistakes_in(std::string_view toml) {
  auto read = parse_settings(toml, "/etc/modelgate");
  return read.has_error() ? read.error() : diagnostics{};
}

inline diagnostic only_mistake_in(std::string_view toml) {
  const diagnostics mistakes = mistakes_in(toml);
  BOOST_TEST_CONTEXT(toml) {
    BOOST_REQUIRE_EQUAL(mistakes.size(), 1U);
  }
  return mistakes.front();
}

inline bool mentions(const diagnostic& mistake, std::string_view text) {
  return mistake.detail.find(text) != std::string::npos;
}

}  // namespace config::tests
}  // namespace modelgate
