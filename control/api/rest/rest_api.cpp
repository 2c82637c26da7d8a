#include "control/api/rest/rest_api.hpp"

#include "control/api/rest/answers.hpp"
#include "control/api/rest/audited_change.hpp"
#include "control/api/rest/idempotency_key.hpp"
#include "control/api/rest/request_body.hpp"
#include "control/api/rest/routes.hpp"
#include "control/api/rest/session_cookie.hpp"
#include "control/api/rest/watched_views.hpp"

#include "modelgate/base/ids.hpp"
#include "modelgate/base/log.hpp"

#include <boost/json/object.hpp>

namespace modelgate::control::rest {
namespace {

constexpr std::string_view prefix = "/api/v1";
constexpr std::string_view log_in_path = "/session";

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

rest_api::rest_api(const service::service_context& context, service::secret_vault& vault, rest_options options)
    : context_{context},
      options_{std::move(options)},
      idempotency_{context_, options_.idempotency},
      logins_{context_, options_.people},
      trail_{context_, options_.audit},
      watch_{context_},
      hub_{[this](bool store_changed) -> std::optional<std::vector<events::watched_object>> {
             const auto state = watch_.look(store_changed);
             if (!state) return std::nullopt;
             return watched_objects(*state, options_.view().serving);
           },
           [this] { return options_.listening(); }},
      charts_{context_, options_.chart_step, options_.chart_bytes} {
  add_deployment_routes(routes_, context_, options_,
                        [this](const http_io::request& request) { return who_asks(request); });
  add_chart_routes(routes_, context_, charts_);
  add_client_routes(routes_, context_);
  add_administration_routes(routes_, context_);
  add_account_routes(routes_, context_, logins_, options_.secure);
  routes_.add("POST", log_in_path, [this](const call& of) { return log_in(of); });
  add_prediction_routes(routes_, context_);
  add_pull_secret_routes(routes_, context_, vault);
  add_primehub_import_routes(routes_, context_);
  add_audit_routes(routes_, trail_);
  add_event_routes(routes_, hub_, options_, [this](const http_io::request& request) { return who_asks(request); });
  add_program_routes(routes_, context_, options_);
}

http_io::response rest_api::operator()(const http_io::request& request) {
  const std::string id = request_id_of(request);
  const bool in_api = request.path.starts_with(std::string{prefix} + "/");
  const outcome done = in_api ? answer_api(request, id) : answer_health(request);
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
  if (!alive && !summary && request.path != "/readyz") return answer_page(request);
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

/// For everybody: what a page shows, it asks the API for.
outcome rest_api::answer_page(const http_io::request& request) const {
  auto page = options_.pages(request);
  if (!page) return no_such_path(request.path);
  if (changes_something(request)) return wrong_method("GET, HEAD");
  return *std::move(page);
}

service::answer<domain::principal> rest_api::who_asks(const http_io::request& request) {
  return logins_.authenticate(request.fields.get("Authorization"), session_cookie(request.fields, options_.secure));
}

outcome rest_api::answer_api(const http_io::request& request, const std::string& request_id) {
  const std::string_view path = std::string_view{request.path}.substr(prefix.size());
  auto match = routes_.find(request.method, path);
  if (path == log_in_path && request.method == "POST") {  // for who is not known yet
    return (*match->answer)(call{request, {}, {}, nullptr, request_id});
  }
  const auto who = who_asks(request);
  if (!who) return problem{who.error()};
  if (!match) return no_such_path(request.path);
  if (match->answer == nullptr) return wrong_method(match->allowed);
  call of{request, *who, std::move(match->arguments), nullptr, request_id};
  return changes_something(request) ? answer_change(*match, std::move(of)) : answer_call(*match, std::move(of));
}

/// On the disk before anything is changed, so that there is no change that nobody knows of.
outcome rest_api::answer_change(const route_table::match& to, call of) {
  domain::audit_event event = audited(of.request, of.request_id);
  event.user = of.who.user;
  event.credential = of.who.credential;
  const auto number = trail_.begin(event);
  if (!number) return problem{number.error()};
  const std::string_view path = of.request.path;
  const auto may_not = [&]() -> std::optional<problem> {
    if (of.who.session) {
      if (auto foreign = foreign_origin(of.request.fields, origin_rule::required)) return foreign;
    }
    const bool leaves = path.substr(prefix.size()) == log_in_path;
    if (of.who.read_only && !leaves) return problem{403, "NOT_AUTH", "this API token is read-only"};
    return std::nullopt;
  }();
  const outcome done = may_not ? outcome{*may_not} : answer_call(to, std::move(of));
  trail_.end(*number, done ? resource_of(path, *done) : event.resource, done ? done->status : done.error().status);
  return done;
}

outcome rest_api::log_in(const call& of) {
  const http_io::request& request = of.request;
  if (auto wrong = parameters{request, {}}.wrong()) return *wrong;
  if (auto foreign = foreign_origin(request.fields, origin_rule::if_given)) return *foreign;
  const auto document = read_body(request, body_kind::document);
  if (!document) return document.error();
  domain::audit_event event = audited(request, of.request_id);
  event.status = 201;
  const auto opened = logins_.log_in(*document, event);
  if (!opened) {
    problem refused{opened.error()};
    event.status = refused.status;
    using service::failure;
    if (opened.error().kind == failure::wrong_login || opened.error().kind == failure::locked_out)
      trail_.refuse(std::move(event));
    return refused;
  }
  http_io::response answer =
      json_answer(201, {{"user", opened->session.user}, {"expiresAt", format_rfc3339(opened->session.expires_at)}});
  const auto life = std::chrono::ceil<std::chrono::seconds>(opened->session.expires_at - opened->session.created_at);
  answer.fields.add("Set-Cookie", set_session_cookie(opened->cookie.reveal(), life, options_.secure));
  answer.fields.add("Cache-Control", "no-store");
  return answer;
}

void rest_api::do_chores() {
  idempotency_.forget_old();
  logins_.store_last_use();
  logins_.forget_ended();
  trail_.forget_old();
}

outcome rest_api::answer_call(const route_table::match& to, call of) {
  if (to.refresh == nullptr || !of.request.fields.contains(idempotency_key_field)) return (*to.answer)(of);
  const auto key = read_idempotency_key(of.request.fields);
  if (!key) return key.error();
  const auto turn = idempotency_.begin(of.who, *key, fingerprint_of(of.request));
  if (!turn) return problem{turn.error()};
  if (turn->earlier()) {
    http_io::response again = replayed(*turn->earlier());
    if ((*to.refresh)(of, *turn->earlier(), again)) return again;
  }
  of.turn = &*turn;
  return (*to.answer)(of);
}

}  // namespace modelgate::control::rest
