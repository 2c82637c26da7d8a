#include "control/cli/deployment_views.hpp"

#include "control/cli/answer_json.hpp"
#include "control/cli/failure.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <ostream>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

void print_line(std::ostream& out, std::string_view label, const std::string& text) {
  out << "  " << label << std::string(label.size() < 14 ? 14 - label.size() : 1, ' ') << printable(text) << '\n';
}

std::string names_and_values(const json::object& deployment) {
  std::string text;
  for (const auto& [name, value] : object_member(deployment, "metadata")) {
    if (!text.empty()) text += ", ";
    text.append(name).append("=").append(value_text(value));
  }
  return text;
}

/// Where external replicas are; empty for an image's.
std::string source_of(const json::object& deployment) {
  const json::object& external = object_member(deployment, "external");
  if (const std::string file = member_text(external, "file"); file != "-") return "file " + file;
  return list_text(array_member(external, "urls"));
}

/// "50 a second (100 at once), 20 at a time"; empty for null.
std::string limit_text(const json::object& limit) {
  std::string text;
  if (const std::string rate = member_text(limit, "requestsPerSecond"); rate != "-")
    text = rate + " a second (" + member_text(limit, "burst") + " at once)";
  if (const std::string most = member_text(limit, "concurrent"); most != "-")
    text.append(text.empty() ? "" : ", ").append(most).append(" at a time");
  return text;
}

std::string limits_of(const json::object& deployment) {
  const json::object& limits = object_member(object_member(deployment, "serving"), "limits");
  std::string text = limit_text(limits);
  if (const std::string each = limit_text(object_member(limits, "perClient")); !each.empty())
    text.append(text.empty() ? "" : "; ").append("each client ").append(each);
  return text;
}

/// The number that is asked for; of external replicas, the number that there are.
std::string wanted_replicas(const json::object& deployment) {
  if (object_member(deployment, "external").empty()) return member_text(deployment, "replicas");
  const json::array& replicas = array_member(object_member(deployment, "status"), "replicas");
  return std::to_string(std::count_if(replicas.begin(), replicas.end(), [](const json::value& item) {
    return item.is_object() && member_text(item.get_object(), "phase") != "Draining";
  }));
}

/// "enforced by cgroup1"
std::string limits_in_force(const json::object& replica) {
  const std::string by = member_text(replica, "limitsBy");
  const std::string limits = member_text(replica, "limits");
  return by == "-" || by == "none" ? limits : limits + " by " + by;
}

/// "0.250 cores, 0.512 GiB"
std::string usage_of(const json::object& replica) {
  const json::object& usage = object_member(replica, "usage");
  if (usage.empty()) return "-";
  return member_text(usage, "cpu") + " cores, " + member_text(usage, "memoryGiB") + " GiB";
}

void print_replicas(std::ostream& out, const json::array& replicas, system_time now, bool with_colours) {
  if (replicas.empty()) return;
  table shown{{"REPLICA", "REVISION", "PHASE", "SINCE", "LIMITS", "USAGE", "REASON"}};
  for (const json::value& item : replicas) {
    if (!item.is_object()) continue;
    const json::object& replica = item.get_object();
    const std::string phase = member_text(replica, "phase");
    shown.add({{member_text(replica, "name")},
               {member_text(replica, "revision")},
               {phase, tone_of(phase)},
               {age_of(member_text(replica, "since"), now)},
               {limits_in_force(replica)},
               {usage_of(replica)},
               {member_text(replica, "reason")}});
  }
  out << '\n';
  shown.print(out, with_colours);
}

}  // namespace

tone tone_of(std::string_view phase) noexcept {
  if (phase == "Deployed" || phase == "Ready") return tone::good;
  if (phase == "Failed" || phase == "Exited") return tone::bad;
  if (phase == "Stopped" || phase == "-") return tone::plain;
  return tone::busy;
}

std::string age_of(std::string_view rfc3339, system_time now) {
  const auto time = parse_rfc3339(rfc3339);
  if (!time) return "-";
  const auto seconds = std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(now - *time).count());
  if (seconds < 120) return std::to_string(seconds) + "s";
  if (seconds < 120 * 60) return std::to_string(seconds / 60) + "m";
  if (seconds < 48 * 3'600) return std::to_string(seconds / 3'600) + "h";
  return std::to_string(seconds / 86'400) + "d";
}

void print_deployments(std::ostream& out, const json::array& items, system_time now, bool with_colours) {
  table shown{{"ID", "NAME", "GROUP", "STATUS", "REPLICAS", "IMAGE", "ACCESS", "UPDATED"}};
  for (const json::value& item : items) {
    if (!item.is_object()) continue;
    const json::object& deployment = item.get_object();
    const json::object& status = object_member(deployment, "status");
    const std::string phase = member_text(status, "phase");
    const std::string source = source_of(deployment);
    shown.add({{member_text(deployment, "id")},
               {member_text(deployment, "name")},
               {member_text(deployment, "group")},
               {phase, tone_of(phase)},
               {member_text(status, "availableReplicas") + "/" + wanted_replicas(deployment)},
               {source.empty() ? member_text(deployment, "modelImage") : "external"},
               {member_text(deployment, "endpointAccessType")},
               {age_of(member_text(deployment, "updatedAt"), now)}});
  }
  shown.print(out, with_colours);
}

void print_deployment(std::ostream& out, const json::object& deployment, system_time now, bool with_colours) {
  const json::object& status = object_member(deployment, "status");
  const std::string phase = member_text(status, "phase");
  const std::string message = member_text(status, "message");
  out << printable(member_text(deployment, "id")) << '\n';
  // The phase keeps its colour, so its line is made here.
  out << "  status        " << (with_colours ? coloured(printable(phase), tone_of(phase)) : printable(phase))
      << (message == "-" ? std::string{} : ": " + printable(message)) << '\n';
  print_line(out, "name", member_text(deployment, "name"));
  print_line(out, "group", member_text(deployment, "group"));
  if (const std::string source = source_of(deployment); !source.empty()) {
    print_line(out, "external", source);
    print_line(out, "health path", member_text(object_member(deployment, "external"), "healthPath"));
  } else {
    print_line(out, "image", member_text(deployment, "modelImage"));
    print_line(out, "instance type", member_text(deployment, "instanceType"));
  }
  print_line(out, "replicas",
             member_text(status, "availableReplicas") + " of " + wanted_replicas(deployment) + " available");
  print_line(out, "access", member_text(deployment, "endpointAccessType"));
  print_line(out, "endpoint", member_text(deployment, "endpoint"));
  if (const std::string limits = limits_of(deployment); !limits.empty()) print_line(out, "limits", limits);
  if (const std::string metadata = names_and_values(deployment); !metadata.empty())
    print_line(out, "metadata", metadata);
  print_line(out, "revision",
             member_text(deployment, "revision") + " by " + member_text(deployment, "updatedBy") + ", "
                 + member_text(deployment, "updatedAt") + ": " + member_text(deployment, "updateMessage"));
  print_replicas(out, array_member(status, "replicas"), now, with_colours);
}

void print_dry_run(std::ostream& out, const json::object& answer, system_time now, bool with_colours) {
  print_deployment(out, object_member(answer, "deployment"), now, with_colours);
  table quota{{"QUOTA", "REQUESTED", "IN USE", "LIMIT"}};
  for (const json::value& item : array_member(answer, "quota")) {
    if (!item.is_object()) continue;
    const json::object& line = item.get_object();
    quota.add({{member_text(line, "resource")},
               {member_text(line, "requested")},
               {member_text(line, "used")},
               {member_text(line, "limit")}});
  }
  if (quota.empty()) return;
  out << '\n';
  quota.print(out, with_colours);
}

}  // namespace modelgate::control::cli
