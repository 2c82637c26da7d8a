#pragma once

#include <cstddef>
#include <string_view>

namespace modelgate::http {

/// Why the gateway itself answers a request, as clients, logs and metrics name it. Each has one status.
enum class reason {
  bad_request,
  auth_required,
  auth_failed,
  deployment_not_found,
  route_not_found,
  method_not_allowed,
  request_timeout,
  body_too_large,
  target_too_long,
  expectation_failed,
  misdirected,
  rate_limited,
  concurrency_limited,
  head_too_large,
  client_closed,  ///< 499: log and metric only, nobody is there to read it
  not_implemented,
  upstream_connect,
  upstream_reset,
  upstream_invalid,
  deployment_stopped,
  no_ready_replica,
  queue_full,
  queue_timeout,
  overloaded,
  auth_busy,  ///< the password is an imported one that was never shown, and cannot be checked now
  draining,
  upstream_timeout,
  version_not_supported,
};

inline constexpr std::size_t reason_count = static_cast<std::size_t>(reason::version_not_supported) + 1;

[[nodiscard]] std::string_view word(reason value) noexcept;            ///< "NO_READY_REPLICA"
[[nodiscard]] unsigned status_of(reason value) noexcept;               ///< 503
[[nodiscard]] std::string_view status_text(unsigned status) noexcept;  ///< "Service Unavailable"; empty when unknown

/// Which part of a message keeps it from being understood, as metrics name it.
enum class fault {
  malformed,  ///< lines, method, names and values of fields
  framing,    ///< Content-Length and Transfer-Encoding: where it ends
  host,
  target,
  version,
  expectation,
  too_large,
  timeout,     ///< it did not come in time
  overloaded,  ///< nothing is wrong with it, but there is no memory for its rest
};
inline constexpr std::size_t fault_count = static_cast<std::size_t>(fault::overloaded) + 1;

[[nodiscard]] std::string_view word(fault value) noexcept;  ///< "too_large"

/// A refusal of what a peer sent: the reason, and a sentence that says what is wrong. `detail` lives for ever.
struct refusal {
  reason why = reason::bad_request;
  std::string_view detail;
  fault what = fault::malformed;

  friend bool operator==(const refusal&, const refusal&) = default;
};

}  // namespace modelgate::http
