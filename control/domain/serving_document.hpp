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

/// Leaves open again what was open `before` and is asked for exactly as it holds by `in_force`: a document that was shown
/// with what holds, and comes back, asks for nothing new.
void leave_open(serving_overrides& asked, const serving_overrides& before, const serving_defaults& in_force);

}  // namespace modelgate::control::domain
