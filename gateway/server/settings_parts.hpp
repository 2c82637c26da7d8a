#pragma once

#include "gateway/filter/password_gate.hpp"
#include "gateway/server/worker.hpp"
#include "gateway/upstream/outlier_detector.hpp"

#include "modelgate/config/settings.hpp"

#include <cstddef>

/// The config file's values as the parts of the gateway take them.
namespace modelgate::server {

[[nodiscard]] worker_settings to_worker_settings(const config::settings& settings, std::size_t workers);
[[nodiscard]] connection_limits connection_limits_of(const config::settings& settings);
[[nodiscard]] filter::password_gate::limits password_limits_of(const config::settings& settings);
[[nodiscard]] upstream::ejection_rules to_ejection_rules(const config::health_settings& settings);

}  // namespace modelgate::server
