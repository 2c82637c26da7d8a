#include "modelgate/base/errc.hpp"

#include <string>

namespace modelgate {
namespace {

// Boost's error_category has a protected non-virtual destructor by design: categories are never deleted through it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "modelgate"; }

  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::connection_refused:
        return "connection refused";
      case errc::connection_timeout:
        return "connection timed out";
      case errc::connection_terminated:
        return "connection terminated";
      case errc::destination_unavailable:
        return "destination unavailable";
      case errc::http_request_error:
        return "bad HTTP request";
      case errc::http_response_incomplete:
        return "HTTP response incomplete";
      case errc::http_response_timeout:
        return "no HTTP response in time";
      case errc::http_protocol_error:
        return "HTTP protocol error";
      case errc::body_too_large:
        return "body too large";
      case errc::deadline_exceeded:
        return "deadline exceeded";
      case errc::queue_full:
        return "queue full";
      case errc::cancelled:
        return "cancelled";
      case errc::not_found:
        return "not found";
      case errc::already_exists:
        return "already exists";
      case errc::invalid_argument:
        return "invalid argument";
      case errc::permission_denied:
        return "permission denied";
      case errc::storage_unavailable:
        return "storage unavailable";
      case errc::storage_full:
        return "disk full";
      case errc::process_failed:
        return "process failed";
      case errc::tls_protocol_error:
        return "TLS handshake failed";
      case errc::tls_certificate_error:
        return "TLS certificate not accepted";
    }
    return "unknown error " + std::to_string(value);
  }
};
#pragma GCC diagnostic pop

}  // namespace

const boost::system::error_category& errc_category() noexcept {
  static const category instance;
  return instance;
}

boost::system::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), errc_category()};
}

}  // namespace modelgate
