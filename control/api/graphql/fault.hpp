#pragma once

#include "modelgate/base/result.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace modelgate::control::graphql {

/// What an answer says of a request, or a part of it, that failed.
struct fault {
  std::string message;  ///< for people, and for PrimeHub's SDK, which looks for its own words in it
  std::string code;     ///< a stable word for programs
  std::string detail = {};

  fault() = default;  // result<void, fault> asks for it
  fault(std::string sentence, std::string_view word) : message{std::move(sentence)}, code{word} {}

  friend bool operator==(const fault&, const fault&) = default;
};

using faults = std::vector<fault>;

/// The codes of what is wrong with a request itself.
inline constexpr std::string_view parse_failed = "GRAPHQL_PARSE_FAILED";
inline constexpr std::string_view validation_failed = "GRAPHQL_VALIDATION_FAILED";
inline constexpr std::string_view bad_user_input = "BAD_USER_INPUT";
inline constexpr std::string_view too_large = "QUERY_TOO_LARGE";
inline constexpr std::string_view query_timeout = "QUERY_TIMEOUT";

}  // namespace modelgate::control::graphql
