#pragma once

#include <boost/system/error_code.hpp>

#include <type_traits>

namespace modelgate {

/// Why something that a peer or the environment did failed, in the words of RFC 9209 where it has one.
///
/// Errors: compared by value (`code == errc::connection_timeout`), never by text.
/// Source: RFC 9209 section 2.3, Proxy-Status error types.
enum class errc {
  connection_refused = 1,
  connection_timeout,
  connection_terminated,
  destination_unavailable,
  http_request_error,
  http_response_incomplete,
  http_response_timeout,
  http_protocol_error,
  body_too_large,
  deadline_exceeded,
  queue_full,
  cancelled,
  not_found,
  already_exists,
  invalid_argument,
  permission_denied,
  storage_unavailable,
  storage_full,
  process_failed,
  tls_protocol_error,
  tls_certificate_error,
};

[[nodiscard]] const boost::system::error_category& errc_category() noexcept;
[[nodiscard]] boost::system::error_code make_error_code(errc value) noexcept;

}  // namespace modelgate

template <>
struct boost::system::is_error_code_enum<modelgate::errc> : std::true_type {};
