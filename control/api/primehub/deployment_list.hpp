#pragma once

#include "control/api/primehub/caller.hpp"
#include "control/api/primehub/paging.hpp"
#include "control/service/deployment_service.hpp"

namespace modelgate::control::primehub {

/// The deployments that `where` is about, all of them, newest change first. Groups that are not the caller's are passed
/// over; one that is asked for by its id is there or an error.
[[nodiscard]] result<std::vector<service::deployment_view>, graphql::fault> deployments_where(
    const caller& by, const boost::json::object& arguments);

[[nodiscard]] graphql::resolution deployment_list(const caller& by, const boost::json::object& arguments);
[[nodiscard]] graphql::resolution deployment_connection(const caller& by, const boost::json::object& arguments);

}  // namespace modelgate::control::primehub
