#pragma once

#include "control/service/gateway_health.hpp"
#include "gateway/certificates.hpp"
#include "gateway/reload.hpp"

#include "modelgate/gateway.hpp"
#include "modelgate/http_io/server.hpp"

#include <cstdint>
#include <optional>

namespace modelgate {

/// Where the health of the program is seen.
struct health_sources {
  const live_settings& settings;
  const gateway& prediction;
  const certificates& shown;
  const http_io::server& control;
  const http_io::server& metrics;
  system_time started_at;
};

/// Looks at all of it. `published`: the generation that every worker should serve.
///
/// Shape: any thread that may read files.
[[nodiscard]] control::service::gateway_health look_at_health(const health_sources& of,
                                                              std::optional<std::uint64_t> published);

}  // namespace modelgate
