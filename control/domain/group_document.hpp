#pragma once

#include "control/domain/document_reader.hpp"
#include "control/domain/group.hpp"

#include <boost/json/fwd.hpp>

namespace modelgate::control::domain {

[[nodiscard]] parsed<group> read_group(const boost::json::value& document);
/// The group with a merge patch (RFC 7396) laid over it; its name may be named only as it is.
[[nodiscard]] parsed<group> read_group_patch(const group& current, const boost::json::value& patch);
[[nodiscard]] boost::json::object to_json(const group& value);
[[nodiscard]] boost::json::object to_json(const quota_limits& value);

}  // namespace modelgate::control::domain
