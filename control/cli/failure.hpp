#pragma once

#include "modelgate/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::cli {

/// How a command went, for scripts. Part of the product's contract.
enum class exit_code {
  ok = 0,
  failed = 1,
  usage = 2,
  not_found = 3,
  conflict = 4,
  not_authorised = 5,
  timed_out = 6,
  no_server = 7,
};

/// Why a command did not do what it was asked, for people.
struct failure {
  exit_code code = exit_code::failed;
  std::string text;                  ///< one sentence
  std::vector<std::string> details;  ///< a line each: pointers, sums, what to do
  unsigned status = 0;               ///< of the answer that says so; 0: there was none
};

template <class Value>
using outcome = boost::system::result<Value, failure>;

/// What an answer that is no success means. Reads problem details; anything else is told by its status.
/// Source: RFC 9457; contract.md for `errors`, `quota`, `current` and `changedBy`.
[[nodiscard]] failure explain_answer(unsigned status, std::string_view body);

/// What a server sent must not move the cursor or change colours: the end of a line becomes a space, other control
/// characters '?'.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace modelgate::control::cli
