#pragma once

#include "gateway/routing/route_match.hpp"

#include "modelgate/http/head.hpp"
#include "modelgate/metrics/deployment_stats.hpp"

#include <optional>

namespace modelgate::server {

[[nodiscard]] metrics::method_label label_of(http::method verb) noexcept;

/// The histograms' service; absent for what Seldon does not count: OPTIONS, and what asks for no model.
[[nodiscard]] std::optional<metrics::service> counted_service_of(routing::route_kind kind, http::method verb) noexcept;

}  // namespace modelgate::server
