#include "tests/integration/rest/fixture.hpp"

#include "control/api/rest/json_text.hpp"
#include "control/console/site.hpp"
#include "control/store/bootstrap.hpp"

#include "modelgate/base/log.hpp"
#include "modelgate/http_io/client.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <fstream>
#include <functional>
#include <stdexcept>

namespace modelgate::tests {
namespace {

std::string joined(std::vector<std::string> parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

/// What a test changes of the port holds at once.
control::rest::rest_options options_of(const control_port& port) {
  control::rest::rest_options options;
  options.version = "0.1.0";
  options.prediction.port = 8080;
  options.idempotency = [&port] { return port.idempotency; };
  options.listening = [&port] { return port.listening; };
  options.people = [&port] { return port.people; };
  options.audit = [&port] { return port.audit; };
  options.graphql = [&port] { return port.graphql; };
  options.view = [&port] {
    control::rest::view_settings view;
    view.grafana_url = port.grafana_url;
    return view;
  };
  options.pages = [console = control::console::site{control::console::embedded_assets()}](
                      const http_io::request& request) { return console.answer(request); };
  options.not_ready_because = [&port] { return port.not_ready; };
  return options;
}

}  // namespace

std::string reply::text(const char* pointer) const {
  const auto& value = at(pointer);
  return value.is_string() ? std::string{value.get_string()} : control::rest::json_text(value);
}

std::string reply::errors() const {
  std::vector<std::string> lines;
  for (const auto& error : at("/errors").as_array()) {
    lines.push_back(std::string{error.at("pointer").as_string()} + " " + std::string{error.at("code").as_string()});
  }
  std::sort(lines.begin(), lines.end());
  return joined(std::move(lines));
}

std::string reply::items(const char* member) const {
  std::vector<std::string> values;
  for (const auto& item : at("/items").as_array()) {
    const auto& value = item.at(member);
    values.push_back(value.is_string() ? std::string{value.get_string()} : control::rest::json_text(value));
  }
  return joined(std::move(values));
}

control_port::control_port()
    : database{folder.path(), {.busy_timeout = std::chrono::milliseconds{100}}},
      key{crypto::token_key::load_or_create(folder.path() / "token.key").value()},
      context_{.database = database,
               .key = key,
               .runtime = runtime,
               .reconciler = reconciler,
               .observe_gateway =
                   [this] {
                     config::observation seen;
                     seen.clients = last_uses;
                     seen.passwords = proven;
                     return seen;
                   },
               .observe_clients =
                   [this](const std::string& deployment) {
                     config::observation seen;
                     for (const auto& each : last_uses) {
                       if (each.deployment == deployment) seen.clients.push_back(each);
                     }
                     return seen;
                   },
               .predict = [this](const control::service::prediction_call& call) { return predict(call); },
               .gateway_health = [this] { return health; }},
      api_{context_, vault_, options_of(*this)},
      server_{[this](const http_io::request& request) {
        return control::primehub::primehub_api::has(request.path) ? primehub_(request) : api_(request);
      }} {
  people.password_memory = 8'192;
  people.password_passes = 1;
  log::set_level(log::level::off);  // refusals are what these tests are about
  const auto file = store::bootstrap(folder.path(), key, database, control::service::now_in_milliseconds());
  std::ifstream{file.value()} >> admin_token;
  database.set_commit_listener([this] { api_.hub().store_changed(); });
  api_.hub().start();
}

reply control_port::ask(const std::string& method, const std::string& target, const std::string& body,
                        const ask_options& options) const {
  http_io::client_request request;
  request.method = method;
  const bool is_whole = target.starts_with("/api") || target.starts_with("/livez") || target.starts_with("/readyz");
  const bool is_page = target.starts_with('!');
  request.target = is_page ? target.substr(1) : is_whole ? target : "/api/v1" + target;
  request.body = body;
  const std::string token = options.token.value_or(admin_token);
  if (!token.empty()) request.fields.add("Authorization", "Bearer " + token);
  if (!body.empty() && !options.content_type.empty()) request.fields.add("Content-Type", options.content_type);
  if (!options.if_match.empty()) request.fields.add("If-Match", options.if_match);
  for (const auto& [name, value] : options.fields) request.fields.add(name, value);
  const auto got = http_io::fetch_blocking(server_.address(), request, std::chrono::seconds{20});
  if (!got) throw std::runtime_error{"no answer to " + method + " " + target + ": " + got.error().message()};
  reply answer;
  answer.status = got->status;
  answer.fields = got->fields;
  answer.body = got->body;
  if (answer.fields.get("Content-Type").find("json") != std::string_view::npos && !answer.body.empty()) {
    answer.json = boost::json::parse(answer.body);
  }
  return answer;
}

reply control_port::get(const std::string& target, const std::string& token) const {
  ask_options options;
  if (!token.empty()) options.token = token;
  return ask("GET", target, {}, options);
}

reply control_port::patch(const std::string& target, const std::string& body, const std::string& if_match) const {
  ask_options options;
  options.if_match = if_match;
  options.content_type = "application/merge-patch+json";
  return ask("PATCH", target, body, options);
}

reply control_port::remove(const std::string& target, const std::string& if_match) const {
  ask_options options;
  options.if_match = if_match;
  return ask("DELETE", target, {}, options);
}

void control_port::furnish() {
  const auto make = [&](const char* path, const char* document) {
    const reply made = ask("POST", path, document);
    if (made.status != 201) throw std::runtime_error{std::string{path} + ": " + made.body};
  };
  make("/users", R"({"name":"user-1","role":"member"})");
  make("/users", R"({"name":"user-2"})");
  make("/groups", R"({"name":"research","displayName":"Research","enabledDeployment":true,"maxDeploy":3,
                      "quota":{"cpu":4,"memoryGiB":8,"gpu":0},"admins":[],"members":["user-1"]})");
  make("/groups", R"({"name":"sales","enabledDeployment":true,"members":["user-2"]})");
  make("/instance-types", R"({"name":"cpu-1","cpu":1,"memoryGiB":1})");
  make("/instance-types", R"({"name":"sales-only","cpu":1,"memoryGiB":1,"groups":["sales"]})");
  member_token = new_token("user-1");
  other_token = new_token("user-2");
}

reply control_port::query(const std::string& document) {
  http_io::request request;
  request.method = "POST";
  request.path = "/api/graphql";
  request.body = boost::json::serialize(boost::json::object{{"query", document}});
  request.fields.add("Content-Type", "application/json");
  request.fields.add("Authorization", "Bearer " + admin_token);
  const http_io::response got = primehub_(request);
  reply answer;
  answer.status = got.status;
  answer.body = got.body;
  answer.json = boost::json::parse(got.body);
  return answer;
}

std::string control_port::new_token(const std::string& user) const {
  return ask("POST", "/tokens", R"({"name":"test","user":")" + user + "\"}").text("/token");
}

reply control_port::deploy(const std::string& id, const std::string& more, const std::string& token) const {
  ask_options options;
  if (!token.empty()) options.token = token;
  return ask("POST", "/deployments",
             R"({"id":")" + id
                 + R"(","name":"Iris","group":"research","modelImage":"demo/iris:1.0","instanceType":"cpu-1",)"
                 + R"("replicas":1)" + (more.empty() ? "" : "," + more) + "}",
             options);
}

}  // namespace modelgate::tests
