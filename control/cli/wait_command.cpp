#include "control/cli/wait_command.hpp"

#include "control/cli/answer_json.hpp"
#include "control/cli/given_value.hpp"
#include "control/cli/wait_rule.hpp"

#include "modelgate/base/clock.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <ostream>
#include <sstream>
#include <thread>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

constexpr const char* last_lines = "20";

/// What one look at a deployment showed; the phase is empty when there is none any more.
struct sighting {
  std::string phase;
  std::string message;
  std::string ailing;  ///< a replica that is not ready, of the newest revision that has one; empty when all are
  revision_seen revision;
  std::string update_message;
  std::string document;  ///< the whole, as JSON
};

std::string ailing_replica(const json::object& status) {
  std::string name;
  std::int64_t newest = 0;
  for (const json::value& item : array_member(status, "replicas")) {
    if (!item.is_object() || member_text(item.get_object(), "phase") == "Ready") continue;
    const json::value* revision = item.get_object().if_contains("revision");
    const std::int64_t number = revision != nullptr && revision->is_int64() ? revision->get_int64() : 0;
    if (!name.empty() && number <= newest) continue;
    newest = number;
    name = member_text(item.get_object(), "name");
  }
  return name;
}

outcome<sighting> look_at(const api_client& api, const std::string& id, std::chrono::milliseconds timeout) {
  const auto given =
      api.perform({.method = "GET", .path = "/deployments/" + encode(id), .json = {}, .if_match = {}}, timeout);
  if (!given) return given.error();
  const auto deployment = parse_object(given->body);
  if (!deployment) return deployment.error();
  const json::value* status = deployment->if_contains("status");
  if (status == nullptr || !status->is_object()) return sighting{"-", "-", {}, {}, {}, given->body};
  const json::value* number = deployment->if_contains("revision");
  const std::int64_t revision = number != nullptr && number->is_int64() ? number->get_int64() : 0;
  return sighting{
      member_text(status->get_object(), "phase"),
      member_text(status->get_object(), "message"),
      ailing_replica(status->get_object()),
      {static_cast<std::uint64_t>(std::max<std::int64_t>(revision, 0)), member_text(*deployment, "updatedBy")},
      member_text(*deployment, "updateMessage"),
      given->body};
}

wait_target target_of(const std::string& word) {
  if (word == "stopped") return wait_target::stopped;
  return word == "deleted" ? wait_target::deleted : wait_target::deployed;
}

std::string describe(const sighting& seen) {
  if (seen.phase.empty()) return "gone";
  return printable(seen.phase + (seen.message == "-" ? "" : ": " + seen.message));
}

failure explain(const std::string& id, const std::optional<sighting>& last, exit_code code, const std::string& how) {
  failure answer{code, printable(id) + " " + how, {}};
  if (last) answer.details.push_back(describe(*last));
  return answer;
}

/// The end of what that replica wrote, or the instance before its last restart where this one has said nothing yet.
void add_last_log_lines(failure& answer, const api_client& api, const std::string& id, const std::string& replica) {
  for (const char* instance : {"", "&previous=true"}) {
    const auto given = api.perform(
        {.method = "GET",
         .path = "/deployments/" + encode(id) + "/logs?tail=" + last_lines + "&replica=" + encode(replica) + instance,
         .json = {},
         .if_match = {}});
    if (!given || given->body.empty()) continue;
    answer.details.push_back("the last lines of " + printable(replica) + ":");
    std::istringstream lines{given->body};
    for (std::string line; std::getline(lines, line);) answer.details.push_back(printable(line));
    return;
  }
}

}  // namespace

namespace {

/// `last`: what was seen last, when this ends.
outcome<void> wait_and_tell(const session& now, const wait_command& command, std::optional<sighting>& last) {
  const auto timeout = duration_from(command.timeout);
  if (!timeout) return failure{exit_code::usage, "--timeout takes a duration such as 90s or 10m", {}};
  const wait_target target = target_of(command.target);
  const steady_time deadline = steady_clock::now() + *timeout;
  const bool asked_for = command.revision > 0;
  std::uint64_t waited_for = command.revision;
  std::string ailing;  // the last replica that was seen to be
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    outcome<sighting> seen =
        look_at(now.api, command.id, std::clamp(left, std::chrono::milliseconds{1'000}, api_client::usual_timeout));
    const bool was_there = last.has_value() || target == wait_target::deleted;
    if (!seen && was_there && seen.error().code == exit_code::not_found) seen = sighting{};
    // A server that restarts or is slow for a moment is no reason to give up; one that never answered is.
    const bool passing =
        !seen && last && (seen.error().code == exit_code::no_server || seen.error().code == exit_code::timed_out);
    if (!seen && !passing) return seen.error();
    if (seen) {
      if (!last || describe(*last) != describe(*seen)) now.around.err << describe(*seen) << '\n';
      last = *seen;
      if (target == wait_target::deployed) {
        if (is_superseded(waited_for, asked_for, seen->revision)) {
          failure answer = explain(command.id, last, exit_code::failed,
                                   "did not come to revision " + std::to_string(waited_for) + ": it is at revision "
                                       + std::to_string(seen->revision.number) + " by "
                                       + printable(seen->revision.author) + ", " + printable(seen->update_message));
          if (!ailing.empty()) add_last_log_lines(answer, now.api, command.id, ailing);
          return answer;
        }
        if (!asked_for) waited_for = seen->revision.number;
        if (!seen->ailing.empty()) ailing = seen->ailing;
        // Not there yet: an older one still is.
        if (seen->phase == "Deployed" && seen->revision.number < waited_for) seen->phase = "Deploying";
      }
      switch (judge_phase(target, seen->phase)) {
        case wait_step::reached:
          return outcome<void>{};
        case wait_step::failed: {
          failure answer =
              explain(command.id, last, exit_code::failed, "will not be " + command.target + " by waiting");
          if (!seen->ailing.empty()) add_last_log_lines(answer, now.api, command.id, seen->ailing);
          return answer;
        }
        case wait_step::go_on:
          break;
      }
    }
    const steady_time asked_at = steady_clock::now();
    if (asked_at >= deadline) {
      return explain(command.id, last, exit_code::timed_out, "is not " + command.target + " after " + command.timeout);
    }
    std::this_thread::sleep_until(std::min(deadline, asked_at + now.around.poll_interval));
  }
}

}  // namespace

outcome<void> wait_for_deployment(const session& now, const wait_command& command) {
  std::optional<sighting> last;
  const auto done = wait_and_tell(now, command, last);
  // For programs, whichever way it ended: the deployment as it is then; null when there is none any more.
  if (now.as_json && last) now.around.out << (last->document.empty() ? "null" : last->document) << '\n';
  return done;
}

}  // namespace modelgate::control::cli
