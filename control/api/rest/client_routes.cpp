#include "control/api/rest/answers.hpp"
#include "control/api/rest/idempotency_key.hpp"
#include "control/api/rest/request_body.hpp"
#include "control/api/rest/routes.hpp"
#include "control/api/rest/views.hpp"
#include "control/service/client_service.hpp"

namespace modelgate::control::rest {
namespace {

constexpr unsigned not_live_yet = 202;

outcome list(const service::client_service& clients, const call& of) {
  parameters query{of.request, {"pageSize", "pageToken"}};
  if (auto wrong = query.wrong()) return *wrong;
  const auto found = clients.list(of.who, of.arguments[0]);
  if (!found) return problem{found.error()};
  return page_answer(
      query, *found, [](const service::client_view& each) { return each.client.name; },
      [](const service::client_view& each) { return to_json(each); });
}

http_io::response secret_answer(unsigned status, const boost::json::object& document) {
  http_io::response answer = json_answer(status, document);
  answer.fields.add("Cache-Control", "no-store");
  return answer;
}

outcome add(const service::client_service& clients, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto document = read_body(of.request, body_kind::document);
  if (!document) return document.error();
  const auto made_at = [&of](const domain::client& made, const boost::json::object& shown) {
    http_io::response answer = secret_answer(201, shown);
    answer.fields.add("Location", "/api/v1/deployments/" + of.arguments[0] + "/clients/" + made.name);
    return answer;
  };
  const auto without_token = [&](const domain::client& made) { return made_at(made, to_json_without_token(made)); };
  const auto created = clients.add(of.who, of.arguments[0], *document, keep_answer<domain::client>(of, without_token));
  if (!created) return problem{created.error()};
  http_io::response answer = made_at(created->client, to_json(*created));
  if (!created->live) answer.status = not_live_yet;
  return answer;
}

outcome get(const service::client_service& clients, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto found = clients.get(of.who, of.arguments[0], of.arguments[1]);
  if (!found) return problem{found.error()};
  return json_answer(200, to_json(*found));
}

outcome rotate(const service::client_service& clients, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto document = read_body(of.request, body_kind::optional_document);
  if (!document) return document.error();
  const auto without_token = [](const domain::client& made) { return secret_answer(200, to_json_without_token(made)); };
  const auto rotated = clients.rotate(of.who, of.arguments[0], of.arguments[1], *document,
                                      keep_answer<domain::client>(of, without_token));
  if (!rotated) return problem{rotated.error()};
  http_io::response answer = secret_answer(200, to_json(*rotated));
  if (!rotated->live) answer.status = not_live_yet;
  return answer;
}

outcome patch(const service::client_service& clients, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto document = read_body(of.request, body_kind::patch);
  if (!document) return document.error();
  const auto shown = [](const service::client_view& view) { return json_answer(200, to_json(view)); };
  const auto changed =
      clients.patch(of.who, of.arguments[0], of.arguments[1], *document, keep_answer<service::client_view>(of, shown));
  if (!changed) return problem{changed.error()};
  http_io::response answer = shown(changed->view);
  if (!changed->live) answer.status = not_live_yet;
  return answer;
}

outcome remove(const service::client_service& clients, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto gone = [](const std::string&) { return empty_answer(204); };
  const auto live = clients.remove(of.who, of.arguments[0], of.arguments[1], keep_answer<std::string>(of, gone));
  if (!live) return problem{live.error()};
  return empty_answer(*live ? 204 : not_live_yet);
}

outcome import_file(const service::client_service& clients, const call& of) {
  parameters query{of.request, {"dryRun"}};
  const auto dry = query.flag("dryRun") ? service::dry_run::yes : service::dry_run::no;
  if (auto wrong = query.wrong()) return *wrong;
  const auto document = read_body(of.request, body_kind::document);
  if (!document) return document.error();
  const auto shown = [](const service::import_report& told) { return json_answer(200, to_json(told)); };
  const auto report =
      clients.import_htpasswd(of.who, of.arguments[0], *document, dry, keep_answer<service::import_report>(of, shown));
  if (!report) return problem{report.error()};
  http_io::response answer = shown(*report);
  if (dry == service::dry_run::no && !report->live) answer.status = not_live_yet;
  return answer;
}

}  // namespace

void add_client_routes(route_table& to, const service::service_context& context) {
  const service::client_service clients{context};
  using answerer = outcome (*)(const service::client_service&, const call&);
  const auto add_reading = [&](std::string_view pattern, answerer answer) {
    to.add("GET", pattern, [clients, answer](const call& of) { return answer(clients, of); });
  };
  const auto add_changing = [&](const char* method, std::string_view pattern, answerer answer) {
    to.add_keyed(
        method, pattern, [clients, answer](const call& of) { return answer(clients, of); },
        [clients](const call& of, const service::kept_reply& kept, http_io::response& again) {
          if (!clients.is_of_then(of.who, of.arguments[0], kept.kept_at)) return false;
          if (!clients.publish()) again.status = not_live_yet;
          return true;
        });
  };
  add_reading("/deployments/{id}/clients", list);
  add_changing("POST", "/deployments/{id}/clients", add);
  add_reading("/deployments/{id}/clients/{name}", get);
  add_changing("PATCH", "/deployments/{id}/clients/{name}", patch);
  add_changing("POST", "/deployments/{id}/clients/{name}/rotate", rotate);
  add_changing("POST", "/deployments/{id}/client-imports", import_file);
  add_changing("DELETE", "/deployments/{id}/clients/{name}", remove);
}

}  // namespace modelgate::control::rest
