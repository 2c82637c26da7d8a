#include "control/api/rest/answers.hpp"
#include "control/api/rest/request_body.hpp"
#include "control/api/rest/routes.hpp"
#include "control/api/rest/session_cookie.hpp"
#include "control/api/rest/views.hpp"
#include "control/service/account_service.hpp"

namespace modelgate::control::rest {
namespace {

using accounts = service::account_service;

outcome me(const accounts& all, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto view = all.me(of.who);
  if (!view) return problem{view.error()};
  return json_answer(200, to_json(*view));
}

outcome list_users(const accounts& all, const call& of) {
  parameters query{of.request, {"pageSize", "pageToken"}};
  const auto users = all.list_users(of.who);
  if (!users) return problem{users.error()};
  return page_answer(
      query, *users, [](const domain::user& each) { return each.name; },
      [](const domain::user& each) { return to_json(each); });
}

outcome create_user(const accounts& all, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto document = read_body(of.request, body_kind::document);
  if (!document) return document.error();
  const auto made = all.create_user(of.who, *document);
  if (!made) return problem{made.error()};
  return created_answer("/users/" + made->name, to_json(*made));
}

outcome get_user(const accounts& all, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto view = all.get_user(of.who, of.arguments[0]);
  if (!view) return problem{view.error()};
  return json_answer(200, to_json(*view));
}

outcome patch_user(const accounts& all, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto document = read_body(of.request, body_kind::patch);
  if (!document) return document.error();
  const auto changed = all.patch_user(of.who, of.arguments[0], *document, of.request.peer);
  if (!changed) return problem{changed.error()};
  return json_answer(200, to_json(*changed));
}

outcome remove_user(const accounts& all, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto done = all.remove_user(of.who, of.arguments[0]);
  if (!done) return problem{done.error()};
  return empty_answer(204);
}

outcome list_tokens(const accounts& all, const call& of) {
  parameters query{of.request, {"user", "pageSize", "pageToken"}};
  const auto tokens = all.list_tokens(of.who, query.text("user"));
  if (!tokens) return problem{tokens.error()};
  return page_answer(
      query, *tokens, [](const domain::access_token& each) { return format_rfc3339(each.created_at) + "_" + each.id; },
      [](const domain::access_token& each) { return to_json(each); });
}

outcome get_token(const accounts& all, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto found = all.get_token(of.who, of.arguments[0]);
  if (!found) return problem{found.error()};
  return json_answer(200, to_json(*found));
}

outcome create_token(const accounts& all, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto document = read_body(of.request, body_kind::document);
  if (!document) return document.error();
  const auto made = all.create_token(of.who, *document);
  if (!made) return problem{made.error()};
  http_io::response answer = created_answer("/tokens/" + made->record.id, to_json(*made));
  answer.fields.add("Cache-Control", "no-store");
  return answer;
}

outcome remove_token(const accounts& all, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto done = all.remove_token(of.who, of.arguments[0]);
  if (!done) return problem{done.error()};
  return empty_answer(204);
}

outcome log_out(const service::sign_in& logins, bool secure, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  if (const auto done = logins.log_out(of.who); !done) return problem{done.error()};
  http_io::response answer = empty_answer(204);
  answer.fields.add("Set-Cookie", set_session_cookie({}, {}, secure));
  return answer;
}

}  // namespace

void add_account_routes(route_table& to, const service::service_context& context, service::sign_in& logins,
                        bool secure) {
  const auto add = [&](const char* method, std::string_view pattern, outcome (*answer)(const accounts&, const call&)) {
    to.add(method, pattern, [all = accounts{context, logins}, answer](const call& of) { return answer(all, of); });
  };
  add("GET", "/me", me);
  add("GET", "/users", list_users);
  add("POST", "/users", create_user);
  add("GET", "/users/{name}", get_user);
  add("PATCH", "/users/{name}", patch_user);
  add("DELETE", "/users/{name}", remove_user);
  add("GET", "/tokens", list_tokens);
  add("POST", "/tokens", create_token);
  add("GET", "/tokens/{id}", get_token);
  add("DELETE", "/tokens/{id}", remove_token);
  to.add("DELETE", "/session", [&logins, secure](const call& of) { return log_out(logins, secure, of); });
}

}  // namespace modelgate::control::rest
