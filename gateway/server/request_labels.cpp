#include "gateway/server/request_labels.hpp"

namespace modelgate::server {

metrics::method_label label_of(http::method verb) noexcept {
  switch (verb) {
    case http::method::get:
      return metrics::method_label::get;
    case http::method::head:
      return metrics::method_label::head;
    case http::method::post:
      return metrics::method_label::post;
    case http::method::put:
      return metrics::method_label::put;
    case http::method::delete_:
      return metrics::method_label::delete_;
    case http::method::patch:
      return metrics::method_label::patch;
    case http::method::options:
      return metrics::method_label::options;
    case http::method::trace:
    case http::method::connect:
    case http::method::other:
      return metrics::method_label::other;
  }
  return metrics::method_label::other;
}

std::optional<metrics::service> counted_service_of(routing::route_kind kind, http::method verb) noexcept {
  if (verb == http::method::options) return std::nullopt;
  switch (kind) {
    case routing::route_kind::predictions:
    case routing::route_kind::passthrough:
      return metrics::service::predictions;
    case routing::route_kind::inference_api:  // its GET asks what the model is, and whether it is ready
      return verb == http::method::get || verb == http::method::head ? metrics::service::metadata
                                                                      : metrics::service::predictions;
    case routing::route_kind::feedback:
      return metrics::service::feedback;
    case routing::route_kind::status:
      return metrics::service::status;
    case routing::route_kind::metadata:
      return metrics::service::metadata;
    case routing::route_kind::document:
    case routing::route_kind::ready:
    case routing::route_kind::live:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace modelgate::server
