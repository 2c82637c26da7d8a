#include "control/api/rest/answers.hpp"
#include "control/api/rest/parameters.hpp"
#include "control/api/rest/routes.hpp"
#include "control/domain/units.hpp"
#include "control/service/chart_recorder.hpp"
#include "control/service/deployment_service.hpp"

#include "modelgate/base/clock.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace modelgate::control::rest {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

constexpr milliseconds default_window{std::chrono::minutes{15}};

json::object to_json(const service::chart::line& line) {
  json::object labels;
  for (const auto& [name, value] : line.labels) labels[name] = value;
  json::array values;
  values.reserve(line.values.size());
  for (const double value : line.values) {
    if (std::isfinite(value))
      values.push_back(value);
    else
      values.push_back(nullptr);
  }
  return {{"name", line.name}, {"labels", std::move(labels)}, {"values", std::move(values)}};
}

/// The changes of a deployment that fall into the time that a chart shows.
json::array markers_of(const std::vector<domain::recorded_revision>& history, const service::chart& shown,
                       milliseconds window) {
  json::array markers;
  for (auto each = history.rbegin(); each != history.rend(); ++each) {
    if (each->created_at < shown.start || each->created_at > shown.start + window + shown.step) continue;
    markers.push_back(json::object{{"at", format_rfc3339(each->created_at)},
                                   {"revision", each->number},
                                   {"by", each->created_by},
                                   {"message", each->update_message}});
  }
  return markers;
}

std::string in_seconds(milliseconds time) {
  return domain::decimal_text(std::chrono::duration<double>(time).count()) + "s";
}

outcome chart_of(const service::deployment_service& deployments, const service::chart_recorder& recorder,
                 const call& of) {
  parameters query{of.request, {"window"}};
  const service::chart_history& history = recorder.history();
  const milliseconds longest = history.step() * static_cast<int>(service::chart_history::kept);
  const milliseconds usual = std::clamp(default_window, history.step(), longest);
  milliseconds window = usual;
  if (const auto asked = query.text("window")) {
    const auto parsed = parse_duration(*asked);
    if (parsed && *parsed >= history.step() && *parsed <= longest) {
      window = *parsed;
    } else {
      query.mistake("window", "must be a duration from " + in_seconds(history.step()) + " to " + in_seconds(longest)
                                  + ", such as " + (usual == default_window ? "15m" : in_seconds(usual)));
    }
  }
  if (auto wrong = query.wrong()) return *wrong;

  const auto revisions = deployments.history(of.who, of.arguments[0]);
  if (!revisions) return problem{revisions.error()};
  const service::chart shown = history.read(of.arguments[0], window, system_clock::now());
  json::array series;
  for (const service::chart::line& line : shown.lines) series.push_back(to_json(line));
  return json_answer(200, {{"step", std::chrono::duration<double>(shown.step).count()},
                           {"start", format_rfc3339(shown.start)},
                           {"series", std::move(series)},
                           {"markers", markers_of(*revisions, shown, window)}});
}

}  // namespace

void add_chart_routes(route_table& to, const service::service_context& context, const service::chart_recorder& charts) {
  const auto deployments = std::make_shared<const service::deployment_service>(context);
  to.add("GET", "/deployments/{id}/metrics",
         [deployments, &charts](const call& of) { return chart_of(*deployments, charts, of); });
}

}  // namespace modelgate::control::rest
