#pragma once

#include "gateway/routing/route_match.hpp"

#include "modelgate/http/head.hpp"
#include "modelgate/metrics/deployment_stats.hpp"

#include <optional>

namespace modelgate::server {

[[nodiscard]] metrics::method_label label_of(http::method verb) noexcept;

/// The histogram's service; absent for what Seldon does not count.
[[nodiscard]] std::optional<metrics::service> service_of(routing::route_kind kind) noexcept;

}  // namespace modelgate::server
