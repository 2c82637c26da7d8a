#include "control/api/primehub/token_exchange.hpp"

#include "control/api/primehub/query_body.hpp"
#include "control/api/primehub/words.hpp"
#include "control/api/rest/json_text.hpp"
#include "control/api/rest/session_cookie.hpp"
#include "control/service/account_service.hpp"

namespace modelgate::control::primehub {
namespace {

namespace json = boost::json;

constexpr std::string_view base = "/oidc/auth-flow";
constexpr std::string_view console_base = "/console/oidc/auth-flow";
constexpr std::string_view token_name = "primehub";

/// Behind either base; absent: it is another path.
std::optional<std::string_view> step_of(std::string_view path) {
  for (const std::string_view start : {base, console_base}) {
    if (path.starts_with(start) && path.substr(start.size()).starts_with('/')) return path.substr(start.size() + 1);
  }
  return std::nullopt;
}

std::string escaped(std::string_view words) {
  std::string safe;
  for (const char c : words) {
    if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '&')
      safe += "&amp;";
    else if (c == '"')
      safe += "&quot;";
    else
      safe.push_back(c);
  }
  return safe;
}

http_io::response page(unsigned status, const std::string& body) {
  http_io::response answer;
  answer.status = status;
  answer.fields.add("Content-Type", "text/html; charset=utf-8");
  answer.fields.add("Cache-Control", "no-store");
  answer.fields.add(
      "Content-Security-Policy",
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
  answer.fields.add("Referrer-Policy", "same-origin");
  answer.fields.add("X-Content-Type-Options", "nosniff");
  answer.body =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>modelgate: API token</title>"
      "<link rel=\"stylesheet\" href=\"/plain.css\"></head><body><main><h1>API token for a program</h1>\n"
      + body + "</main></body></html>\n";
  return answer;
}

http_io::response plain(unsigned status, const char* words) {
  http_io::response answer;
  answer.status = status;
  answer.fields.add("Content-Type", "text/plain; charset=utf-8");
  answer.body = words;
  return answer;
}

http_io::response not_this_method(const char* allowed) {
  http_io::response answer = plain(405, "Method Not Allowed");
  answer.fields.add("Allow", allowed);
  return answer;
}

}  // namespace

bool token_exchange::has(std::string_view path) noexcept {
  return path.starts_with("/oidc/auth-flow/") || path.starts_with("/console/oidc/auth-flow/");
}

http_io::response token_exchange::operator()(const http_io::request& request, const std::string& request_id) {
  const std::string_view step = step_of(request.path).value_or("");
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (step == "request") {
    if (!reads) return not_this_method("GET, HEAD");
    http_io::response moved = plain(302, "");
    moved.fields.add("Location", std::string{base} + "/login");
    moved.fields.add("Cache-Control", "no-store");
    return moved;
  }
  if (step == "login") {
    if (reads) return show_form(request, 200, "");
    return request.method == "POST" ? give_code(request, request_id) : not_this_method("GET, HEAD, POST");
  }
  if (step == "exchange") {
    return request.method == "POST" ? exchange(request, request_id) : not_this_method("POST");
  }
  return plain(404, "Not Found");
}

http_io::response token_exchange::show_form(const http_io::request& request, unsigned status,
                                            const std::string& message) const {
  std::string body;
  if (!message.empty()) body += "<p role=\"alert\">" + escaped(message) + "</p>\n";
  body +=
      "<p>A program asks for an API token, which acts in your name. Go on only if you have started it yourself.</p>\n";
  body += "<form method=\"post\" action=\"/oidc/auth-flow/login\">";
  const auto who = all_.logins.authenticate({}, rest::session_cookie(request.fields, all_.options.secure));
  if (who) {
    body += "<p>You are logged in as <b>" + escaped(who->user) + "</b>.</p>";
  } else {
    body +=
        "<p><label>Name <input name=\"name\" autocomplete=\"username\" required></label></p>"
        "<p><label>Password <input name=\"password\" type=\"password\" autocomplete=\"current-password\" required>"
        "</label></p>";
  }
  return page(status, body + "<p><button>Show the code</button></p></form>\n");
}

domain::audit_event token_exchange::event_of(const http_io::request& request, const std::string& request_id) const {
  domain::audit_event event;
  event.peer = request.peer;
  event.method = request.method;
  event.path = request.path;
  event.request_id = request_id;
  return event;
}

http_io::response token_exchange::give_code(const http_io::request& request, const std::string& request_id) {
  if (const auto foreign = rest::foreign_origin(request.fields, rest::origin_rule::required)) {
    return page(foreign->status, "<p role=\"alert\">" + escaped(foreign->detail) + "</p>\n");
  }
  std::string cookie = rest::session_cookie(request.fields, all_.options.secure);
  std::string set_cookie;
  if (const std::string name = form_value(request.body, "name"); !name.empty()) {
    domain::audit_event event = event_of(request, request_id);
    event.resource = "session";
    event.status = 200;
    const auto opened =
        all_.logins.log_in(json::object{{"name", name}, {"password", form_value(request.body, "password")}}, event);
    if (!opened) {
      event.status = rest::problem{opened.error()}.status;
      using service::failure;
      if (opened.error().kind == failure::wrong_login || opened.error().kind == failure::locked_out)
        all_.trail.refuse(event);
      return show_form(request, *event.status, opened.error().detail);
    }
    cookie = opened->cookie.reveal();
    const auto life = std::chrono::ceil<std::chrono::seconds>(opened->session.expires_at - opened->session.created_at);
    set_cookie = rest::set_session_cookie(cookie, life, all_.options.secure);
  }
  const auto who = all_.logins.authenticate({}, cookie);
  if (!who) return show_form(request, 401, "Log in first.");
  if (!who->has_full_rights()) {
    return page(403,
                "<p role=\"alert\">This session was opened with a token that may less than its user, so it can make "
                "no token.</p>\n");
  }
  http_io::response answer =
      page(200,
           "<p>Copy this authorization code to the program. It holds for five minutes, once.</p>\n"
           "<pre>"
               + escaped(codes_.issue(*who)) + "</pre>\n");
  if (!set_cookie.empty()) answer.fields.add("Set-Cookie", set_cookie);
  return answer;
}

http_io::response token_exchange::exchange(const http_io::request& request, const std::string& request_id) {
  const auto issued_to = codes_.redeem(form_value(request.body, "code"));
  if (!issued_to) return plain(400, "Bad Request");
  // Since then he may have been disabled, or his password changed, which ends his sessions.
  const auto who = all_.logins.authenticate_again(*issued_to);
  if (!who || !who->has_full_rights()) return plain(400, "Bad Request");
  domain::audit_event event = event_of(request, request_id);
  event.user = who->user;
  event.credential = "code";
  event.resource = "tokens";
  const auto number = all_.trail.begin(event);
  const auto made = [&]() -> service::answer<service::created_token> {
    if (!number) return number.error();
    return service::account_service{all_.context, all_.logins}.create_token(
        *who, json::object{{"name", json::value(token_name)}});
  }();
  const unsigned status = made ? 200 : rest::problem{made.error()}.status;
  if (number) all_.trail.end(*number, event.resource, status);
  json::object told;
  if (made) {
    told.emplace("api-token", made->token.reveal());
    told.emplace("endpoint", own_address(request, all_.options) + "/api/graphql");
  } else {
    const graphql::fault why = fault_of(made.error());
    told.emplace("code", why.code);
    told.emplace("message", why.message);
  }
  http_io::response answer;
  answer.status = status;
  answer.fields.add("Content-Type", "application/json");
  answer.fields.add("Cache-Control", "no-store");
  answer.body = rest::json_text(told);
  return answer;
}

}  // namespace modelgate::control::primehub
