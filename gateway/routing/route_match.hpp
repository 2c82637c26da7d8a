#pragma once

#include "modelgate/config/snapshot.hpp"
#include "modelgate/http/head.hpp"

#include <string_view>

namespace modelgate::routing {

/// What a path under a deployment asks for.
enum class route_kind {
  predictions,
  feedback,
  status,
  metadata,
  document,
  inference_api,  ///< of Open Inference, TensorFlow Serving or OpenAI, beside Seldon's: what is posted is a prediction
  passthrough,
  ready,
  live
};

/// The path split at the deployment: "/deployment/<id>/<rest>".
///
/// Shape: views into the path.
struct deployment_path {
  std::string_view id;
  std::string_view rest;  ///< starts with '/'; "/" when nothing follows the id
};

enum class path_kind { deployment, ping, unknown };

struct split_path {
  path_kind kind = path_kind::unknown;
  deployment_path deployment;
};

[[nodiscard]] split_path split_request_path(std::string_view path) noexcept;

/// Where a request goes.
struct route_match {
  bool found = false;
  route_kind kind = route_kind::passthrough;
  std::string_view upstream_path;  ///< starts with '/'
  std::string_view allow;          ///< the methods, for Allow; empty: every method but CONNECT and TRACE
};

/// Source: contract.md, "Prediction port": Seldon's paths are mapped, Open Inference, TensorFlow and OpenAI ones go
/// through; metrics never do.
[[nodiscard]] route_match match_route(config::upstream_protocol protocol, std::string_view rest) noexcept;

[[nodiscard]] bool method_is_allowed(const route_match& match, http::method verb) noexcept;

}  // namespace modelgate::routing
