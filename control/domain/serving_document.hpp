#pragma once

#include "control/domain/deployment.hpp"
#include "control/domain/deployment_document.hpp"

#include <boost/json/fwd.hpp>

#include <string>

namespace modelgate::control::domain {

[[nodiscard]] serving_overrides read_serving(const boost::json::value& document, const std::string& pointer,
                                             diagnostics& mistakes);

/// Every member, null where the owner left it open and `defaults` says nothing.
[[nodiscard]] boost::json::object to_json(const serving_overrides& serving, const serving_defaults* defaults);

}  // namespace modelgate::control::domain
