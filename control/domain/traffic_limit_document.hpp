#pragma once

#include "control/domain/document_reader.hpp"
#include "control/domain/traffic_limit.hpp"

#include <boost/json/fwd.hpp>

#include <string>

/// Limits on traffic as JSON: {"requestsPerSecond": 50, "burst": 100, "concurrent": 20}, each of them or null.
namespace modelgate::control::domain {

/// Of a group.
[[nodiscard]] traffic_limit read_traffic_limit(const boost::json::value& document, const std::string& pointer,
                                               diagnostics& mistakes);
/// Of a deployment: with a member "perClient" of the same form.
[[nodiscard]] traffic_limits read_traffic_limits(const boost::json::value& document, const std::string& pointer,
                                                 diagnostics& mistakes);

/// Null where nothing is bounded. With `complete`, an open burst shows what holds.
[[nodiscard]] boost::json::value to_json(const traffic_limit& limit, bool complete);
[[nodiscard]] boost::json::value to_json(const traffic_limits& limits, bool complete);

}  // namespace modelgate::control::domain
