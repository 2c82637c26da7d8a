#pragma once

#include "control/api/events/watched_object.hpp"
#include "control/domain/deployment_document.hpp"
#include "control/service/watch_service.hpp"

#include <vector>

namespace modelgate::control::rest {

/// Everything that can be watched, as a GET of it would show it, and who may see it.
[[nodiscard]] std::vector<events::watched_object> watched_objects(const service::watched_state& state,
                                                                  const domain::serving_defaults& defaults);

}  // namespace modelgate::control::rest
