// modelgate itself: what it is, how it is, what it can be asked.
#include "control/api/rest/answers.hpp"
#include "control/api/rest/openapi.hpp"
#include "control/api/rest/routes.hpp"
#include "control/service/gateway_service.hpp"

#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>

namespace modelgate::control::rest {
namespace {

namespace json = boost::json;

json::value or_null(const std::string& text) {
  return text.empty() ? json::value{} : json::value(text);
}

json::object limits_of(const runtime::limit_report& limits) {
  return {{"limits", limits.limits}, {"limitsBy", limits.by}, {"limitsDetail", limits.detail}};
}

json::object config_of(const service::gateway_health& health) {
  json::array mistakes;
  for (const diagnostic& each : health.config_mistakes)
    mistakes.push_back(json::object{{"where", each.where}, {"code", each.code}, {"detail", each.detail}});
  return {{"file", or_null(health.config_file)},
          {"readAt", format_rfc3339(health.config_read_at)},
          {"reloads", health.config_reloads},
          {"lastReload", health.config_mistakes.empty() ? (health.config_reloads == 0 ? "none" : "taken") : "refused"},
          {"mistakes", std::move(mistakes)}};
}

json::object to_json(const service::gateway_health& health, system_time now, const runtime::limit_report& limits) {
  json::array listeners;
  for (const service::listener_health& each : health.listeners) {
    listeners.push_back(json::object{
        {"port", each.port}, {"address", each.address}, {"tls", each.tls}, {"connections", each.connections}});
  }
  json::array certificates;
  for (const service::certificate_health& each : health.certificates) {
    certificates.push_back(json::object{
        {"port", each.port}, {"file", each.file}, {"name", each.name}, {"expiresAt", format_rfc3339(each.expires_at)}});
  }
  const service::build_facts& build = health.build;
  return {{"build", json::object{{"version", build.version},
                                 {"compiler", build.compiler},
                                 {"boost", build.boost},
                                 {"openssl", build.openssl}}},
          {"startedAt", format_rfc3339(health.started_at)},
          {"uptime", std::chrono::duration<double>(now - health.started_at).count()},
          {"config", config_of(health)},
          {"listeners", std::move(listeners)},
          {"certificates", std::move(certificates)},
          {"generation",
           json::object{
               {"published", health.published_generation ? json::value(*health.published_generation) : json::value{}},
               {"workers", json::value_from(health.worker_generations)}}},
          {"memory", json::object{{"residentBytes", health.resident_bytes}, {"bufferBytes", health.buffer_bytes}}},
          {"files", json::object{{"open", health.open_files}, {"limit", health.open_files_limit}}},
          {"processRuntime", limits_of(limits)}};
}

outcome version(const rest_options& options, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  return json_answer(200, {{"name", "modelgate"},
                           {"version", options.version},
                           {"api", "v1"},
                           {"grafanaUrl", or_null(options.view().grafana_url)}});
}

outcome system(const service::service_context& context, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  return json_answer(200, {{"processRuntime", limits_of(context.runtime.limits())}});
}

outcome gateway(const service::service_context& context, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto health = service::gateway_service{context}.look(of.who);
  if (!health) return problem{health.error()};
  return json_answer(200, to_json(*health, context.now(), context.runtime.limits()));
}

outcome openapi(const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  http_io::response answer;
  answer.fields.add("Content-Type", "application/json");
  answer.body = openapi_document;
  return answer;
}

}  // namespace

void add_program_routes(route_table& to, const service::service_context& context, const rest_options& options) {
  to.add("GET", "/version", [&options](const call& of) { return version(options, of); });
  to.add("GET", "/system", [&context](const call& of) { return system(context, of); });
  to.add("GET", "/gateway", [&context](const call& of) { return gateway(context, of); });
  to.add("GET", "/openapi.json", openapi);
}

}  // namespace modelgate::control::rest
