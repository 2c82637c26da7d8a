#pragma once

#include "control/api/graphql/fault.hpp"
#include "control/domain/group.hpp"
#include "control/domain/instance_type.hpp"

#include <boost/json/object.hpp>

#include <optional>

/// What PrimeHub does not take either, of inputs that nothing here keeps: the service knows nothing of requests,
/// tolerations and the quotas of one user. Null as `now`: it is to be made.
namespace modelgate::control::primehub {

[[nodiscard]] std::optional<graphql::fault> mistake_in_group(const boost::json::object& data, const domain::group* now);
[[nodiscard]] std::optional<graphql::fault> mistake_in_instance_type(const boost::json::object& data,
                                                                     const domain::instance_type* now);

}  // namespace modelgate::control::primehub
