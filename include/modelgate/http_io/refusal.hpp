#pragma once

#include "modelgate/http_io/message.hpp"

#include <string>
#include <string_view>

namespace modelgate::http_io {

/// Why the server itself answers a request instead of its handler.
///
/// Shape: both texts are constants.
struct refusal {
  unsigned status = 400;
  std::string_view code;    ///< stable word for programs
  std::string_view detail;  ///< what is wrong, and what to do
};

/// Source: RFC 9457, problem details as JSON.
[[nodiscard]] response make_refusal_response(const refusal& why);

/// The phrase of a status line; empty for a status that has none.
[[nodiscard]] std::string_view reason_phrase(unsigned status) noexcept;

}  // namespace modelgate::http_io
