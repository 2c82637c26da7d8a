#include "control/api/rest/answers.hpp"
#include "control/api/rest/routes.hpp"
#include "control/api/rest/views.hpp"

#include <boost/json/value.hpp>

#include <array>
#include <limits>

namespace modelgate::control::rest {
namespace {

struct named_result {
  std::string_view name;
  unsigned least;
  unsigned most;
};
constexpr std::array results{named_result{"done", 100, 399}, named_result{"refused", 400, 499},
                             named_result{"failed", 500, 599}};

constexpr std::string_view unknown = "unknown";  // without a status

std::string_view result_of(const domain::audit_event& event) {
  if (!event.status) return unknown;
  for (const named_result& each : results) {
    if (*event.status >= each.least && *event.status <= each.most) return each.name;
  }
  return unknown;
}

boost::json::object to_json(const domain::audit_event& event) {
  return {{"id", event.sequence},
          {"at", format_rfc3339(event.at)},
          {"user", event.user},
          {"credential", event.credential},
          {"peer", event.peer},
          {"method", event.method},
          {"path", event.path},
          {"resource", event.resource},
          {"dryRun", event.dry_run},
          {"requestId", event.request_id},
          {"status", event.status ? boost::json::value(*event.status) : boost::json::value(nullptr)},
          {"result", result_of(event)}};
}

std::optional<system_time> time_of(parameters& query, std::string_view name) {
  const auto text = query.text(name);
  if (!text) return std::nullopt;
  const auto time = parse_rfc3339(*text);
  if (!time) query.mistake(name, "must be a time such as 2030-01-31T00:00:00Z");
  return time;
}

outcome list(const service::audit_trail& trail, const call& of) {
  parameters query{of.request, {"user", "resource", "result", "since", "until", "pageSize", "pageToken"}};
  domain::audit_filter filter;
  filter.user = query.text("user");
  filter.resource = query.text("resource");
  filter.since = time_of(query, "since");
  filter.until = time_of(query, "until");
  if (const auto wanted = query.text("result")) {
    const auto* found =
        std::find_if(results.begin(), results.end(), [&](const auto& each) { return each.name == *wanted; });
    if (*wanted == unknown) {
      filter.unanswered = true;
    } else if (found == results.end()) {
      query.mistake("result", "must be done, refused, failed or unknown");
    } else {
      filter.least_status = found->least;
      filter.most_status = found->most;
    }
  }
  constexpr auto largest = std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  filter.before = query.number("pageToken", 1, largest).value_or(largest);
  const auto size = query.number("pageSize", 1, largest_page_size).value_or(default_page_size);
  if (auto wrong = query.wrong()) return *wrong;
  filter.limit = size + 1;  // one more tells whether there is another page
  auto events = trail.list(of.who, filter);
  if (!events) return problem{events.error()};
  const bool more = events->size() > size;
  if (more) events->pop_back();
  boost::json::array items;
  for (const domain::audit_event& each : *events) items.push_back(to_json(each));
  return list_answer(std::move(items), more ? std::to_string(events->back().sequence) : "");
}

}  // namespace

void add_audit_routes(route_table& to, const service::audit_trail& trail) {
  to.add("GET", "/audit-events", [&trail](const call& of) { return list(trail, of); });
}

}  // namespace modelgate::control::rest
