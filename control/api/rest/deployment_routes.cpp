#include "control/api/rest/answers.hpp"
#include "control/api/rest/endpoint_url.hpp"
#include "control/api/rest/idempotency_key.hpp"
#include "control/api/rest/if_match.hpp"
#include "control/api/rest/log_stream.hpp"
#include "control/api/rest/request_body.hpp"
#include "control/api/rest/routes.hpp"
#include "control/api/rest/views.hpp"
#include "control/domain/account_document.hpp"
#include "control/service/deployment_service.hpp"
#include "control/service/log_service.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace modelgate::control::rest {
namespace {

namespace json = boost::json;
using service::answer;
using service::deployment_view;

constexpr std::uint64_t most_tail_lines = 1'000'000;
constexpr std::uint64_t most_seconds_ago = 10ULL * 365 * 86'400;

/// `2026-01-31-08-15-30`, UTC: as PrimeHub names the logs that it gives away.
std::string file_time(system_time time) {
  std::string text = format_rfc3339(time).substr(0, std::string_view{"2026-01-31T08:15:30"}.size());
  std::ranges::replace_if(
      text, [](char each) { return each == 'T' || each == ':'; }, '-');
  return text;
}

class deployment_routes {
 public:
  deployment_routes(const service::service_context& context, const rest_options& options, who_asks_function who_asks)
      : deployments_{context}, logs_{context}, context_{context}, options_{options}, who_asks_{std::move(who_asks)} {}

  outcome list(const call& of) const;
  outcome create(const call& of) const;
  outcome get(const call& of) const;
  outcome patch(const call& of) const { return change(of, body_kind::patch, &service::deployment_service::patch); }
  outcome put(const call& of) const { return change(of, body_kind::document, &service::deployment_service::put); }
  outcome remove(const call& of) const;
  outcome start(const call& of) const { return act(of, &service::deployment_service::start); }
  outcome stop(const call& of) const { return act(of, &service::deployment_service::stop); }
  outcome restart(const call& of) const { return act(of, &service::deployment_service::restart); }
  outcome rollback(const call& of) const;
  outcome available(const call& of) const;
  outcome difference(const call& of) const;
  outcome history(const call& of) const;
  outcome revision(const call& of) const;
  outcome replicas(const call& of) const;
  outcome logs(const call& of) const;

 private:
  using action = answer<deployment_view> (service::deployment_service::*)(
      const domain::principal&, const std::string&, const std::optional<std::string>&,
      const std::optional<service::revision_condition>&) const;

  using change_method = answer<service::change_outcome> (service::deployment_service::*)(
      const domain::principal&, const std::string&, const json::value&,
      const std::optional<service::revision_condition>&, service::dry_run, const domain::serving_defaults*) const;

  outcome act(const call& of, action what) const;
  outcome change(const call& of, body_kind kind, change_method how) const;
  json::object shown(const call& of, const deployment_view& view) const;
  http_io::response with_tag(http_io::response to, const deployment_view& view) const;
  http_io::response rehearsed(const call& of, const service::change_outcome& change) const;

  service::deployment_service deployments_;
  service::log_service logs_;
  const service::service_context& context_;
  const rest_options& options_;
  who_asks_function who_asks_;
};

service::dry_run dry_run_of(bool asked) {
  return asked ? service::dry_run::yes : service::dry_run::no;
}

std::optional<service::revision_condition> condition_of(const call& of) {
  return read_if_match(of.request.fields.get("If-Match"));
}

std::optional<std::uint64_t> whole_number(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

json::object deployment_routes::shown(const call& of, const deployment_view& view) const {
  const view_settings now = options_.view();
  return to_json(view,
                 endpoint_url(now.public_url, of.request.fields.get("Host"), options_.prediction, view.deployment.id),
                 now.serving);
}

http_io::response deployment_routes::with_tag(http_io::response to, const deployment_view& view) const {
  to.fields.set("ETag", entity_tag(view.deployment.current.number));
  return to;
}

http_io::response deployment_routes::rehearsed(const call& of, const service::change_outcome& change) const {
  json::array changes;
  if (change.before) changes = domain::differences(*change.before, change.view.deployment.current.spec);
  return json_answer(
      200, {{"deployment", shown(of, change.view)}, {"quota", to_json(change.quota)}, {"changes", std::move(changes)}});
}

outcome deployment_routes::list(const call& of) const {
  parameters query{of.request, {"group", "search", "status", "mine", "pageSize", "pageToken"}};
  service::deployment_query wanted;
  wanted.groups = query.all("group");
  wanted.search = query.text("search").value_or("");
  if (const auto phase = query.text("status")) {
    wanted.phase = domain::deployment_phase_from(*phase);
    if (!wanted.phase) query.mistake("status", "must be Deploying, Deployed, Stopping, Stopped or Failed");
  }
  wanted.mine = query.flag("mine");
  wanted.page_size = query.number("pageSize", 1, largest_page_size).value_or(default_page_size);
  wanted.after = query.number("pageToken", 1, std::numeric_limits<std::int64_t>::max());
  if (auto wrong = query.wrong()) return *wrong;

  const auto page = deployments_.list(of.who, wanted);
  if (!page) return problem{page.error()};
  json::array items;
  for (const deployment_view& view : page->items) items.push_back(shown(of, view));
  return list_answer(std::move(items), page->next ? std::to_string(*page->next) : "");
}

outcome deployment_routes::create(const call& of) const {
  parameters query{of.request, {"dryRun"}};
  const auto dry = dry_run_of(query.flag("dryRun"));
  if (auto wrong = query.wrong()) return *wrong;
  const auto document = read_body(of.request, body_kind::document);
  if (!document) return document.error();
  const auto told = [&](const service::change_outcome& made) {
    const std::string place = "/deployments/" + made.view.deployment.id;
    return with_tag(created_answer(place, shown(of, made.view)), made.view);
  };
  const auto change = deployments_.create(of.who, *document, dry, keep_answer<service::change_outcome>(of, told));
  if (!change) return problem{change.error()};
  if (dry == service::dry_run::yes) return rehearsed(of, *change);
  return told(*change);
}

outcome deployment_routes::get(const call& of) const {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto view = deployments_.get(of.who, of.arguments[0]);
  if (!view) return problem{view.error()};
  return with_tag(json_answer(200, shown(of, *view)), *view);
}

/// A patch lays members over those that are there; a put says all of them, and makes what is not there.
outcome deployment_routes::change(const call& of, body_kind kind, change_method how) const {
  parameters query{of.request, {"dryRun"}};
  const auto dry = dry_run_of(query.flag("dryRun"));
  if (auto wrong = query.wrong()) return *wrong;
  const auto document = read_body(of.request, kind);
  if (!document) return document.error();
  const domain::serving_defaults serving = options_.view().serving;
  const auto changed = (deployments_.*how)(of.who, of.arguments[0], *document, condition_of(of), dry, &serving);
  if (!changed) return problem{changed.error()};
  if (dry == service::dry_run::yes) return rehearsed(of, *changed);
  const json::object deployment = shown(of, changed->view);
  const bool made = !changed->before.has_value();
  return with_tag(
      made ? created_answer("/deployments/" + changed->view.deployment.id, deployment) : json_answer(200, deployment),
      changed->view);
}

outcome deployment_routes::remove(const call& of) const {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto done = deployments_.remove(of.who, of.arguments[0], condition_of(of));
  if (!done) return problem{done.error()};
  return empty_answer(*done == service::deletion::draining ? 202 : 204);
}

outcome deployment_routes::act(const call& of, action what) const {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto document = read_body(of.request, body_kind::optional_document);
  if (!document) return document.error();
  const auto message = domain::read_update_message(*document);
  if (!message.ok()) return problem{service::invalid(message.mistakes)};
  const auto view = (deployments_.*what)(of.who, of.arguments[0], message.value, condition_of(of));
  if (!view) return problem{view.error()};
  return with_tag(json_answer(200, shown(of, *view)), *view);
}

outcome deployment_routes::rollback(const call& of) const {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto document = read_body(of.request, body_kind::document);
  if (!document) return document.error();
  const auto view = deployments_.rollback(of.who, of.arguments[0], *document, condition_of(of));
  if (!view) return problem{view.error()};
  return with_tag(json_answer(200, shown(of, *view)), *view);
}

outcome deployment_routes::available(const call& of) const {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto obstacle = deployments_.obstacle_to(of.arguments[0]);
  if (!obstacle) return problem{obstacle.error()};
  return json_answer(
      200, {{"id", of.arguments[0]}, {"available", !obstacle->has_value()}, {"reason", obstacle->value_or("")}});
}

outcome deployment_routes::difference(const call& of) const {
  parameters query{of.request, {"to"}};
  const auto to = query.number("to", 1, std::numeric_limits<std::int64_t>::max());
  if (!to) query.mistake("to", "must be the revision to compare with");
  if (auto wrong = query.wrong()) return *wrong;
  const auto from = whole_number(of.arguments[1]);
  if (!from) return problem{service::not_found("revision", of.arguments[1])};
  const auto before = deployments_.revision(of.who, of.arguments[0], *from);
  if (!before) return problem{before.error()};
  const auto after = deployments_.revision(of.who, of.arguments[0], *to);
  if (!after) return problem{after.error()};
  return json_answer(
      200, {{"from", before->number}, {"to", after->number}, {"changes", domain::differences(*before, *after)}});
}

outcome deployment_routes::history(const call& of) const {
  parameters query{of.request, {"pageSize", "pageToken"}};
  const auto size = query.number("pageSize", 1, largest_page_size).value_or(default_page_size);
  const auto before = query.number("pageToken", 1, std::numeric_limits<std::int64_t>::max());
  if (auto wrong = query.wrong()) return *wrong;
  const auto revisions = deployments_.history(of.who, of.arguments[0]);
  if (!revisions) return problem{revisions.error()};
  const domain::serving_defaults serving = options_.view().serving;
  json::array items;
  std::string next;
  for (const domain::recorded_revision& revision : *revisions) {
    if (before && revision.number >= *before) continue;
    if (items.size() == size) {
      next = std::to_string(revision.number + 1);
      break;
    }
    items.push_back(to_json(revision, serving));
  }
  return list_answer(std::move(items), next);
}

outcome deployment_routes::revision(const call& of) const {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto number = whole_number(of.arguments[1]);
  if (!number) return problem{service::not_found("revision", of.arguments[1])};
  const auto revision = deployments_.revision(of.who, of.arguments[0], *number);
  if (!revision) return problem{revision.error()};
  return json_answer(200, to_json(*revision, options_.view().serving));
}

outcome deployment_routes::replicas(const call& of) const {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto view = deployments_.get(of.who, of.arguments[0]);
  if (!view) return problem{view.error()};
  json::array items;
  for (const domain::replica_status& replica : view->status.replicas) items.push_back(to_json(replica));
  return list_answer(std::move(items), "");
}

outcome deployment_routes::logs(const call& of) const {
  parameters query{of.request, {"replica", "tail", "since", "follow", "timestamps", "previous", "download"}};
  service::log_request wanted;
  const bool download = query.flag("download");
  if (download) wanted.tail_lines.reset();  // a file is the whole log, unless it is asked for otherwise
  wanted.replica = query.text("replica");
  if (query.text("tail") == "all") {
    wanted.tail_lines.reset();
  } else if (const auto text = query.text("tail")) {
    const auto lines = whole_number(*text);
    if (lines && *lines <= most_tail_lines)
      wanted.tail_lines = static_cast<std::size_t>(*lines);
    else
      query.mistake("tail",
                    "must be a whole number of lines from 0 to " + std::to_string(most_tail_lines) + ", or all");
  }
  if (const auto since = query.text("since")) {
    wanted.since = parse_rfc3339(*since);
    if (!wanted.since) {
      const auto ago = whole_number(*since);
      if (ago && *ago <= most_seconds_ago)
        wanted.since = context_.now() - std::chrono::seconds{*ago};
      else
        query.mistake("since",
                      "must be a time of RFC 3339, such as 2030-01-31T08:15:30Z, or a whole number of seconds ago");
    }
  }
  wanted.follow = query.flag("follow");
  wanted.timestamps = query.flag("timestamps");
  wanted.previous = query.flag("previous");
  if (auto wrong = query.wrong()) return *wrong;

  auto log = logs_.open(of.who, of.arguments[0], wanted);
  if (!log) return problem{log.error()};
  log_form form;
  form.in_pieces = wanted.follow || !wanted.tail_lines;
  if (wanted.follow) {
    form.heartbeat = options_.log_heartbeat();
    // The request is gone when its answer is still being sent.
    form.may_read_on = [this, asked = std::make_shared<const http_io::request>(of.request), id = of.arguments[0]] {
      const auto who = who_asks_(*asked);
      // A store that cannot be read now takes nobody's rights away.
      if (!who) return who.error().kind == service::failure::storage_unavailable;
      const auto view = deployments_.get(*who, id);
      return view || view.error().kind == service::failure::storage_unavailable;
    };
  }
  if (download) form.file_name = file_time(system_clock::now()) + (wanted.previous ? "-previous.log" : ".log");
  return log_answer(std::move(*log), form);
}

}  // namespace

void add_deployment_routes(route_table& to, const service::service_context& context, const rest_options& options,
                           who_asks_function who_asks) {
  const auto routes = std::make_shared<const deployment_routes>(context, options, std::move(who_asks));
  const auto add = [&](const char* method, std::string_view pattern,
                       outcome (deployment_routes::*answer)(const call&) const) {
    to.add(method, pattern, [routes, answer](const call& of) { return (*routes.*answer)(of); });
  };
  add("GET", "/deployments", &deployment_routes::list);
  to.add_keyed(
      "POST", "/deployments", [routes](const call& of) { return routes->create(of); },
      [](const call&, const service::kept_reply&, http_io::response&) { return true; });
  add("GET", "/deployments/{id}", &deployment_routes::get);
  add("PATCH", "/deployments/{id}", &deployment_routes::patch);
  add("PUT", "/deployments/{id}", &deployment_routes::put);
  add("DELETE", "/deployments/{id}", &deployment_routes::remove);
  add("POST", "/deployments/{id}/start", &deployment_routes::start);
  add("POST", "/deployments/{id}/stop", &deployment_routes::stop);
  add("POST", "/deployments/{id}/restart", &deployment_routes::restart);
  add("POST", "/deployments/{id}/rollback", &deployment_routes::rollback);
  add("GET", "/deployments/{id}/available", &deployment_routes::available);
  add("GET", "/deployments/{id}/history/{revision}/diff", &deployment_routes::difference);
  add("GET", "/deployments/{id}/history", &deployment_routes::history);
  add("GET", "/deployments/{id}/history/{revision}", &deployment_routes::revision);
  add("GET", "/deployments/{id}/replicas", &deployment_routes::replicas);
  add("GET", "/deployments/{id}/logs", &deployment_routes::logs);
}

}  // namespace modelgate::control::rest
