#pragma once

#include "control/domain/document_reader.hpp"
#include "control/domain/instance_type.hpp"

#include <boost/json/fwd.hpp>

namespace modelgate::control::domain {

[[nodiscard]] parsed<instance_type> read_instance_type(const boost::json::value& document);
/// The instance type with a merge patch (RFC 7396) laid over it; its name may be named only as it is.
[[nodiscard]] parsed<instance_type> read_instance_type_patch(const instance_type& current,
                                                             const boost::json::value& patch);
[[nodiscard]] boost::json::object to_json(const instance_type& value);

}  // namespace modelgate::control::domain
