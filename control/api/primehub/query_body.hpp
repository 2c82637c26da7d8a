#pragma once

#include "control/api/graphql/fault.hpp"

#include "modelgate/base/result.hpp"
#include "modelgate/http_io/message.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace modelgate::control::primehub {

struct query_body {
  std::string query;
  std::string operation_name;  ///< empty: there is only one
  boost::json::object variables;
};

/// Reads what a GraphQL client sends: JSON, or a form in which `variables` is JSON text.
///
/// Errors: BAD_REQUEST.
/// Source: PrimeHub's SDK sends a form; "GraphQL over HTTP", draft, section 5.4.
[[nodiscard]] result<query_body, graphql::fault> read_query(const http_io::request& request);

/// The first value of a field of a form. Source: WHATWG URL Standard, section 5.1.
[[nodiscard]] std::string form_value(std::string_view form, std::string_view name);

}  // namespace modelgate::control::primehub
