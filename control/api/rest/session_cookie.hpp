#pragma once

#include "control/api/rest/problem.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/http_io/message.hpp"

#include <optional>
#include <string>
#include <string_view>

/// How a browser carries a session, and what keeps other sites from using it. Source: RFC 6265bis, and OWASP's
/// Cross-Site Request Forgery Prevention Cheat Sheet.
namespace modelgate::control::rest {

/// The value of the session's cookie; empty when there is none. `secure`: the port speaks TLS.
[[nodiscard]] std::string session_cookie(const http_io::field_list& fields, bool secure);

/// A Set-Cookie that only this host's own pages send back, and no script reads; with `value` empty one that ends it.
[[nodiscard]] std::string set_session_cookie(std::string_view value, std::chrono::seconds life, bool secure);

enum class origin_rule {
  required,  ///< a cookie came along by itself, so the browser has to say whose page asks
  if_given   ///< who has no cookie yet is no browser, maybe
};

/// What is wrong with where a change was asked from; absent: nothing.
[[nodiscard]] std::optional<problem> foreign_origin(const http_io::field_list& fields, origin_rule rule);

}  // namespace modelgate::control::rest
