#pragma once

#include "control/domain/deployment.hpp"
#include "control/domain/document_reader.hpp"

#include <boost/json/fwd.hpp>

#include <string>

namespace modelgate::control::domain {

/// The member `external` of a deployment; adds what is wrong to `mistakes`, located below `pointer`. Which networks and
/// which files are allowed is the runtime's to say.
[[nodiscard]] external_source read_external_source(const boost::json::value& document, const std::string& pointer,
                                                   diagnostics& mistakes);

[[nodiscard]] boost::json::object to_json(const external_source& source);

}  // namespace modelgate::control::domain
