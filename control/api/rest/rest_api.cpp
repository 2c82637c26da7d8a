#include "control/api/rest/rest_api.hpp"

#include "control/api/rest/answers.hpp"
#include "control/api/rest/idempotency_key.hpp"
#include "control/api/rest/openapi.hpp"
#include "control/api/rest/routes.hpp"
#include "control/api/rest/watched_views.hpp"
#include "control/service/authentication.hpp"

#include "modelgate/base/ids.hpp"
#include "modelgate/base/log.hpp"

#include <boost/json/object.hpp>

namespace modelgate::control::rest {
namespace {

constexpr std::string_view prefix = "/api/v1";

std::string request_id_of(const http_io::request& request) {
  const std::string_view given = request.fields.get("X-Request-Id");
  if (is_well_formed_request_id(given)) return std::string{given};
  thread_local id_generator ids;
  const auto made = ids.next_uuid();
  return {made.data(), made.size()};
}

bool changes_something(const http_io::request& request) {
  return request.method != "GET" && request.method != "HEAD";
}

problem no_such_path(const std::string& path) {
  return {404, "RESOURCE_NOT_FOUND", "there is nothing at " + path};
}

problem wrong_method(const std::string& allowed) {
  problem refused{405, "METHOD_NOT_ALLOWED", "this path has " + allowed};
  refused.fields.emplace_back("Allow", allowed);
  return refused;
}

}  // namespace

rest_api::rest_api(const service::service_context& context, rest_options options)
    : context_{context},
      options_{std::move(options)},
      idempotency_{context_, options_.idempotency},
      watch_{context_},
      hub_{[this](bool store_changed) -> std::optional<std::vector<events::watched_object>> {
             const auto state = watch_.look(store_changed);
             if (!state) return std::nullopt;
             return watched_objects(*state, options_.view().serving);
           },
           [this] { return options_.listening(); }} {
  add_deployment_routes(routes_, context_, options_);
  add_client_routes(routes_, context_);
  add_administration_routes(routes_, context_);
  add_account_routes(routes_, context_);
  add_event_routes(routes_, hub_, options_, [this](const http_io::request& request) { return who_asks(request); });
  routes_.add("GET", "/version", [this](const call& of) -> outcome {
    if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
    return json_answer(200, {{"name", "modelgate"}, {"version", options_.version}, {"api", "v1"}});
  });
  routes_.add("GET", "/openapi.json", [](const call& of) -> outcome {
    if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
    http_io::response answer;
    answer.fields.add("Content-Type", "application/json");
    answer.body = openapi_document;
    return answer;
  });
}

http_io::response rest_api::operator()(const http_io::request& request) {
  const std::string id = request_id_of(request);
  const bool in_api = request.path.starts_with(std::string{prefix} + "/");
  const outcome done = in_api ? answer_api(request) : answer_health(request);
  http_io::response answer = done ? *done : to_response(done.error(), id);
  answer.fields.set("X-Request-Id", id);
  if (in_api && changes_something(request)) {
    log::info("rest", "a change was asked for",
              {{"method", std::string_view{request.method}},
               {"path", std::string_view{request.path}},
               {"status", std::uint64_t{answer.status}},
               {"request_id", std::string_view{id}}});
  }
  return answer;
}

outcome rest_api::answer_health(const http_io::request& request) const {
  const bool alive = request.path == "/livez";
  const bool summary = request.path == "/api/health";
  if (!alive && !summary && request.path != "/readyz") return no_such_path(request.path);
  if (changes_something(request)) return wrong_method("GET, HEAD");
  // Alive is whoever can answer this; what is missing to serve is another question.
  const std::string reason = alive || !options_.not_ready_because ? std::string{} : options_.not_ready_because();
  if (!reason.empty()) {
    problem refused{503, "NOT_READY", reason};
    refused.fields.emplace_back("Retry-After", "1");
    return refused;
  }
  if (summary) return json_answer(200, {{"status", "ok"}, {"version", options_.version}});
  return text_answer("ok\n");
}

service::answer<domain::principal> rest_api::who_asks(const http_io::request& request) const {
  return service::authenticate(context_, request.fields.get("Authorization"));
}

outcome rest_api::answer_api(const http_io::request& request) {
  const auto who = who_asks(request);
  if (!who) return problem{who.error()};
  auto match = routes_.find(request.method, std::string_view{request.path}.substr(prefix.size()));
  if (!match) return no_such_path(request.path);
  if (match->answer == nullptr) return wrong_method(match->allowed);
  call of{request, *who, std::move(match->arguments)};
  if (match->refresh != nullptr && request.fields.contains(idempotency_key_field)) return answer_keyed(*match, of);
  return (*match->answer)(of);
}

outcome rest_api::answer_keyed(const route_table::match& to, call of) {
  const auto key = read_idempotency_key(of.request.fields);
  if (!key) return key.error();
  const auto turn = idempotency_.begin(of.who, *key, fingerprint_of(of.request));
  if (!turn) return problem{turn.error()};
  if (turn->earlier()) {
    http_io::response again = replayed(*turn->earlier());
    (*to.refresh)(again);
    return again;
  }
  of.turn = &*turn;
  return (*to.answer)(of);
}

}  // namespace modelgate::control::rest
