#pragma once

#include "control/api/rest/problem.hpp"

#include "modelgate/base/result.hpp"
#include "modelgate/http_io/message.hpp"

#include <boost/json/value.hpp>

namespace modelgate::control::rest {

enum class body_kind {
  document,          ///< application/json
  patch,             ///< application/merge-patch+json or application/json
  optional_document  ///< application/json, or nothing at all, which reads as {}
};

/// The request's body, parsed. Errors: 415 for another media type, 400 with line and column for broken JSON.
[[nodiscard]] result<boost::json::value, problem> read_body(const http_io::request& request, body_kind kind);

}  // namespace modelgate::control::rest
