#include "control/api/primehub/primehub_api.hpp"

#include "control/api/graphql/limits.hpp"
#include "control/api/primehub/mutation_root.hpp"
#include "control/api/primehub/pod_log.hpp"
#include "control/api/primehub/query_body.hpp"
#include "control/api/primehub/query_root.hpp"
#include "control/api/primehub/schema_text.hpp"
#include "control/api/primehub/words.hpp"
#include "control/api/rest/json_text.hpp"
#include "control/api/rest/problem.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/base/ids.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>

namespace modelgate::control::primehub {
namespace {

namespace json = boost::json;

constexpr std::string_view query_path = "/api/graphql";
constexpr std::string_view query_path_as_a_folder = "/api/graphql/";
constexpr std::string_view log_path = "/api/logs/";

bool is_query_path(std::string_view path) {
  return path == query_path || path == query_path_as_a_folder;
}

std::string request_id_of(const http_io::request& request) {
  const std::string_view given = request.fields.get("X-Request-Id");
  if (is_well_formed_request_id(given)) return std::string{given};
  thread_local id_generator ids;
  const auto made = ids.next_uuid();
  return {made.data(), made.size()};
}

/// Neither `locations` nor `path`: PrimeHub's server leaves them out.
json::array errors_of(const graphql::faults& errors) {
  json::array list;
  for (const graphql::fault& each : errors) {
    json::object extensions{{"code", each.code}};
    if (!each.detail.empty()) extensions.emplace("detail", each.detail);
    list.push_back(json::object{{"message", each.message}, {"extensions", std::move(extensions)}});
  }
  return list;
}

/// `errors` only where there are some: the SDK takes an empty list for a failure.
http_io::response query_answer(unsigned status, const json::value& data, const graphql::faults& errors) {
  json::object document;
  if (!errors.empty()) document.emplace("errors", errors_of(errors));
  document.emplace("data", data);
  http_io::response answer;
  answer.status = status;
  answer.fields.add("Content-Type", "application/json");
  answer.fields.add("Cache-Control", "no-store");
  answer.body = rest::json_text(document);
  return answer;
}

http_io::response refusal(unsigned status, graphql::fault why) {
  return query_answer(status, nullptr, {std::move(why)});
}

/// Nothing comes along by itself that would let a page ask in somebody's name, so any page may ask.
/// Source: WHATWG Fetch Standard, section 3.2, "CORS protocol".
http_io::response preflight() {
  http_io::response answer;
  answer.status = 204;
  answer.fields.add("Access-Control-Allow-Methods", "GET, POST");
  answer.fields.add("Access-Control-Allow-Headers",
                    "content-type, authorization, x-primehub-use-cache, x-primehub-job");
  answer.fields.add("Access-Control-Max-Age", "600");
  return answer;
}

primehub_api::outcome outcome_of(const graphql::reply& done) {
  using outcome = primehub_api::outcome;
  const bool is_too_large = std::any_of(done.errors.begin(), done.errors.end(), [](const graphql::fault& each) {
    return each.code == graphql::too_large || each.code == graphql::query_timeout;
  });
  if (is_too_large) return outcome::too_large;
  if (!done.executed) return outcome::invalid;
  return done.errors.empty() ? outcome::answered : outcome::failed;
}

graphql::query_limits limits_of(const config::graphql_settings& settings) {
  graphql::query_limits limits;
  limits.document_bytes = settings.document_bytes;
  limits.tokens = settings.tokens;
  limits.depth = settings.depth;
  limits.cost = settings.cost;
  limits.answer_values = settings.answer_values;
  limits.answer_bytes = settings.answer_bytes;
  limits.mutation_fields = settings.mutation_fields;
  return limits;
}

}  // namespace

primehub_api::primehub_api(const service::service_context& context, service::secret_vault& vault,
                           service::sign_in& logins, service::audit_trail& trail, const rest::rest_options& options)
    : parts_{context, vault, logins, trail, options}, types_{schema_text()}, exchange_{parts_} {}

bool primehub_api::has(std::string_view path) noexcept {
  return is_query_path(path) || path == "/api/" || path.starts_with(log_path) || token_exchange::has(path);
}

std::optional<http_io::response> primehub_api::refused(std::string_view path, const http_io::refusal& why) {
  graphql::fault told{std::string{why.detail}, why.code};
  http_io::response answer;
  if (is_query_path(path)) {
    answer = refusal(why.status, std::move(told));
  } else if (path.starts_with(log_path)) {
    answer = log_refusal(why.status, told.code, told.message);
  } else if (path.empty()) {
    answer = http_io::make_refusal_response(why);
    json::object problem = json::parse(answer.body).as_object();
    problem.emplace("errors", errors_of({std::move(told)}));
    problem.emplace("data", nullptr);
    answer.body = rest::json_text(problem);
    return answer;
  } else {
    return std::nullopt;
  }
  answer.fields.set("Access-Control-Allow-Origin", "*");
  return answer;
}

http_io::response primehub_api::operator()(const http_io::request& request) {
  const std::string id = request_id_of(request);
  http_io::response done = answer(request, id);
  done.fields.set("X-Request-Id", id);
  if (request.path.starts_with("/api")) done.fields.set("Access-Control-Allow-Origin", "*");
  return done;
}

http_io::response primehub_api::answer(const http_io::request& request, const std::string& request_id) {
  if (token_exchange::has(request.path)) return exchange_(request, request_id);
  if (request.method == "OPTIONS") return preflight();
  if (is_query_path(request.path)) return answer_query(request, request_id);
  if (request.path.starts_with(log_path)) return pod_log(parts_, request);
  http_io::response moved;
  moved.status = 307;  // a POST stays one
  moved.fields.add("Location", std::string{query_path});
  return moved;
}

http_io::response primehub_api::answer_query(const http_io::request& request, const std::string& request_id) {
  const steady_time begun = steady_clock::now();
  if (request.method != "POST") {
    count(outcome::invalid);
    http_io::response refused = refusal(405, {"Queries come by POST.", "METHOD_NOT_ALLOWED"});
    refused.fields.add("Allow", "POST, OPTIONS");
    return refused;
  }
  // By token only: what a browser sends along by itself would let other sites ask.
  auto who = parts_.logins.authenticate(request.fields.get("Authorization"), {});
  if (!who) {
    count(outcome::refused);
    const rest::problem why{who.error()};
    if (why.status != 401) return refusal(why.status, fault_of(who.error()));
    http_io::response refused = refusal(401, {"request not authorized", "NOT_AUTH"});
    refused.fields.add("WWW-Authenticate", "Bearer realm=\"modelgate\"");
    return refused;
  }
  const config::graphql_settings settings = parts_.options.graphql();
  const auto turn = turns_.take(who->user, settings.requests_per_user, settings.requests);
  if (!turn) {
    http_io::response later = refusal(429, {"Too many requests are being answered; try again in a moment.", "BUSY"});
    later.fields.add("Retry-After", "1");
    later.not_in_turn = true;
    return later;
  }
  const auto asked = read_query(request);
  if (!asked) {
    count(outcome::invalid);
    return refusal(400, asked.error());
  }

  const caller by{parts_, request, std::move(*who), request_id};
  const query_root query{by};
  const mutation_root mutation{by};
  const auto is_late = [deadline = begun + settings.timeout] { return steady_clock::now() >= deadline; };
  const auto done =
      graphql::answer(types_, {&query, &mutation}, {asked->query, asked->operation_name, &asked->variables, is_late},
                      limits_of(settings));
  count(outcome_of(done));
  return query_answer(done.executed ? 200 : 400, done.data, done.errors);
}

void primehub_api::count(outcome what) noexcept {
  counts_[static_cast<std::size_t>(what)].fetch_add(1, std::memory_order_relaxed);
}

primehub_api::outcome_counts primehub_api::counts() const noexcept {
  outcome_counts seen;
  for (std::size_t i = 0; i < seen.size(); ++i)
    seen[i] = {outcome_names[i], counts_[i].load(std::memory_order_relaxed)};
  return seen;
}

}  // namespace modelgate::control::primehub
