#include "gateway/rest_parts.hpp"

#include "control/api/rest/problem.hpp"
#include "control/console/site.hpp"

#include <chrono>
#include <utility>

namespace modelgate {
namespace {

/// Of conf/grafana/deployment.json, with "{id}" in the place of the deployment's id. Empty: there is no Grafana.
std::string dashboard_url(const config::settings& settings) {
  std::string url = settings.console_grafana_url;
  if (url.empty()) return url;
  while (url.ends_with('/')) url.pop_back();
  return url + "/d/modelgate-deployment?var-deployment=" + settings.metrics_deployment_name;
}

}  // namespace

control::rest::rest_options rest_options_of(const live_settings& live, const net::endpoint& prediction,
                                            std::function<std::string()> not_ready_because) {
  const auto at_start = live.now();
  control::rest::rest_options options;
  options.version = MODELGATE_VERSION;
  options.prediction = {prediction.port, at_start->tls.prediction.enabled()};
  options.view = [&live] {
    const auto now = live.now();
    return control::rest::view_settings{
        now->prediction.public_url,
        {std::chrono::duration_cast<std::chrono::seconds>(now->timeouts.total), now->limits.body_bytes},
        dashboard_url(*now),
        now->control_public_url};
  };
  options.idempotency = [&live] {
    const auto now = live.now();
    return control::service::idempotency_limits{now->timeouts.idempotency, now->limits.idempotency_keys,
                                                now->limits.idempotency_bytes};
  };
  options.people = [&live] { return live.now()->people; };
  options.audit = [&live] { return live.now()->audit; };
  options.graphql = [&live] { return live.now()->graphql; };
  options.chart_step = at_start->chart_step;
  options.chart_bytes = at_start->chart_bytes;
  options.secure = at_start->tls.control.enabled();
  options.listening = [&live] {
    const auto now = live.now();
    return control::events::event_settings{now->timeouts.event_heartbeat, now->limits.event_backlog_bytes,
                                           now->limits.event_listeners, now->limits.event_listeners_per_user};
  };
  options.log_heartbeat = [&live] { return live.now()->timeouts.log_heartbeat; };
  options.pages = [console = control::console::site{control::console::embedded_assets()}](const auto& request) {
    return console.answer(request);
  };
  options.not_ready_because = std::move(not_ready_because);
  return options;
}

http_io::own_answers own_answers_of(control::rest::rest_api& rest) {
  http_io::own_answers own;
  own.at_once = [&rest](const http_io::request& request) -> std::optional<http_io::response> {
    if (request.path != "/livez" && request.path != "/readyz") return std::nullopt;
    return rest(request);
  };
  own.refused = [](std::string_view path, const http_io::refusal& why) {
    auto answer = control::primehub::primehub_api::refused(path, why);
    return answer ? *std::move(answer) : http_io::make_refusal_response(why);
  };
  return own;
}

http_io::response upgrading_answer(const http_io::request& request) {
  constexpr http_io::refusal why{503, "UPGRADING", "modelgate is being upgraded; send the request again"};
  auto answer = control::primehub::primehub_api::refused(request.path, why);
  if (!answer) {
    const control::rest::problem problem{why.status, std::string{why.code}, std::string{why.detail}};
    answer = control::rest::to_response(problem, request.fields.get("X-Request-Id"));
  }
  answer->fields.set("Retry-After", "1");
  answer->fields.set("Connection", "close");
  return *std::move(answer);
}

std::vector<gateway::reading> readings_of(const control::events::event_hub& hub) {
  const control::events::event_counters now = hub.counters();
  return {{"modelgate_event_listeners", "Listeners to events.", {}, static_cast<double>(now.listeners), false},
          {"modelgate_event_listeners_refused_total",
           "Listeners over a limit.",
           {},
           static_cast<double>(now.refused),
           true},
          {"modelgate_event_listeners_lost_total",
           "Listeners disconnected because they were too slow.",
           {},
           static_cast<double>(now.lost),
           true}};
}

std::vector<gateway::reading> readings_of(const control::primehub::primehub_api& api) {
  std::vector<gateway::reading> seen;
  for (const auto& [outcome, count] : api.counts()) {
    seen.push_back({"modelgate_graphql_requests_total",
                    "Requests to /api/graphql by outcome.",
                    {{"outcome", std::string{outcome}}},
                    static_cast<double>(count),
                    true});
  }
  return seen;
}

}  // namespace modelgate
