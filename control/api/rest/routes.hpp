#pragma once

#include "control/api/events/event_hub.hpp"
#include "control/api/rest/rest_api.hpp"
#include "control/api/rest/route_table.hpp"
#include "control/service/audit_trail.hpp"
#include "control/service/chart_recorder.hpp"
#include "control/service/secret_vault.hpp"
#include "control/service/service_context.hpp"
#include "control/service/sign_in.hpp"

#include "modelgate/http_io/message.hpp"

#include <functional>

/// Which paths there are, group by group. What they do is in the service; here are only HTTP's words for it.
namespace modelgate::control::rest {

/// Who a request is from, as things are now.
using who_asks_function = std::function<service::answer<domain::principal>(const http_io::request&)>;
void add_deployment_routes(route_table& to, const service::service_context& context, const rest_options& options,
                           who_asks_function who_asks);
/// `charts` outlives the table.
void add_chart_routes(route_table& to, const service::service_context& context, const service::chart_recorder& charts);
void add_client_routes(route_table& to, const service::service_context& context);
/// Groups, instance types, images, log level.
void add_administration_routes(route_table& to, const service::service_context& context);
/// Users, tokens, who am I, log-out. Logging in is for who is not known yet, and so in `rest_api`.
void add_account_routes(route_table& to, const service::service_context& context, service::sign_in& logins,
                        bool secure);
/// What is brought along from PrimeHub.
void add_primehub_import_routes(route_table& to, const service::service_context& context);
void add_pull_secret_routes(route_table& to, const service::service_context& context, service::secret_vault& vault);
/// Trying a deployment, through the gateway.
void add_prediction_routes(route_table& to, const service::service_context& context);
/// Version, health of the gateway, the API's document.
void add_program_routes(route_table& to, const service::service_context& context, const rest_options& options);
void add_audit_routes(route_table& to, const service::audit_trail& trail);

/// Who makes a request, by what it brings; asked for again while an answer is still being sent.
void add_event_routes(route_table& to, events::event_hub& hub, const rest_options& options, who_asks_function who_asks);

}  // namespace modelgate::control::rest
