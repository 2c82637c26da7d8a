#pragma once

#include "control/api/rest/rest_api.hpp"
#include "control/api/rest/route_table.hpp"
#include "control/service/service_context.hpp"

/// Which paths there are, group by group. What they do is in the service; here are only HTTP's words for it.
namespace modelgate::control::rest {

void add_deployment_routes(route_table& to, const service::service_context& context, const rest_options& options);
void add_client_routes(route_table& to, const service::service_context& context);
/// Groups, instance types, images, log level.
void add_administration_routes(route_table& to, const service::service_context& context);
/// Users, tokens, who am I.
void add_account_routes(route_table& to, const service::service_context& context);

}  // namespace modelgate::control::rest
