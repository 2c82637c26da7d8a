#include "control/cli/answer_json.hpp"
#include "control/cli/event_text.hpp"
#include "control/cli/help_formatter.hpp"
#include "control/cli/session.hpp"
#include "control/cli/shown_calls.hpp"

#include "modelgate/base/clock.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <ostream>
#include <thread>
#include <vector>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

/// The server sends a comment at least every timeouts.event_heartbeat, 15 seconds where nobody says otherwise.
constexpr std::chrono::minutes longest_silence{5};
constexpr std::chrono::milliseconds first_pause{3'000};
constexpr std::chrono::milliseconds longest_pause{30'000};

struct events_flags {
  std::vector<std::string> topics;
  std::vector<std::string> groups;
  std::vector<std::string> deployments;
  bool changes_only = false;
};

std::string path_of(const events_flags& flags) {
  std::string path = "/events";
  std::string topics;
  for (const std::string& topic : flags.topics) topics.append(topics.empty() ? "" : ",").append(topic);
  if (!topics.empty()) add_parameter(path, "topics", topics);
  for (const std::string& group : flags.groups) add_parameter(path, "group", group);
  for (const std::string& deployment : flags.deployments) add_parameter(path, "deployment", deployment);
  return path;
}

/// Prints events until nobody reads any more.
class printer {
 public:
  printer(const session& now, bool changes_only) : now_{now}, changes_only_{changes_only} {}

  bool print(const stream_event& event, const std::string& id) {
    boost::system::error_code broken;
    const json::value data = json::parse(event.data, broken);
    if (broken || !data.is_object()) return true;
    if (changes_only_ && event.type == "snapshot") return true;
    if (now_.as_json) {
      now_.around.out << json::serialize(json::object{{"event", event.type}, {"id", id}, {"data", data}}) << '\n';
    } else if (const std::string line = event_line(event.type, data.get_object()); !line.empty()) {
      now_.around.out << format_rfc3339(system_clock::now()) << "  " << line << '\n';
    }
    now_.around.out.flush();
    return now_.around.out.good();
  }

 private:
  const session& now_;
  const bool changes_only_;
};

/// Whether the same question may be answered later: the server is restarted, upgraded, or has too many listeners.
bool may_pass(const failure& why) {
  return why.code == exit_code::no_server || why.code == exit_code::timed_out || why.code == exit_code::failed;
}

outcome<void> follow(const session& now, const events_flags& flags) {
  // What was printed is out, and there is nothing to tidy up.
  std::signal(SIGINT, [](int) { ::_exit(static_cast<int>(exit_code::ok)); });
  printer to{now, flags.changes_only};
  std::string last_id;
  auto pause = first_pause;
  for (bool was_connected = false;;) {
    event_splitter events{last_id};
    bool reads_on = true;
    const auto given = now.api.stream(
        {.method = "GET", .path = path_of(flags), .json = {}, .if_match = {}, .last_event_id = last_id},
        longest_silence, [&](std::string_view piece) {
          was_connected = true;
          pause = std::chrono::milliseconds{events.retry().value_or(static_cast<std::uint64_t>(first_pause.count()))};
          reads_on = events.take(piece, [&](const stream_event& each) { return to.print(each, events.last_id()); });
          return reads_on;
        });
    if (!reads_on) return outcome<void>{};  // whoever read this has gone
    if (!given && (!was_connected || !may_pass(given.error()))) return given.error();
    last_id = events.last_id();
    now.around.err << (given ? "the server ended the stream" : given.error().text) << "; connecting again in "
                   << pause.count() / 1'000 << " s\n";
    std::this_thread::sleep_for(pause);
    pause = std::min<std::chrono::milliseconds>(2 * pause, longest_pause);
  }
}

}  // namespace

void add_event_command(CLI::App& app, chosen_command& chosen) {
  auto flags = std::make_shared<events_flags>();
  CLI::App* events = app.add_subcommand(
      "events", with_examples("tell what changes, as it happens: first what there is, then every change, until Ctrl-C",
                              "  modelgate events\n"
                              "  modelgate events --deployment iris --topic replicas --changes-only\n"
                              "  modelgate events --topic deployments -o json | jq .data.object.status.phase"));
  events
      ->add_option("--topic", flags->topics,
                   "only of this kind: instance-types, groups, users, tokens, deployments, replicas, clients (may be "
                   "repeated)")
      ->allow_extra_args(false);
  events->add_option("--group", flags->groups, "only things of this group (may be repeated)")->allow_extra_args(false);
  events->add_option("--deployment", flags->deployments, "only this one, its replicas and clients (may be repeated)")
      ->allow_extra_args(false);
  events->add_flag("--changes-only", flags->changes_only, "leave out what there is already");
  events->callback([&chosen, flags] { chosen = [flags](const session& now) { return follow(now, *flags); }; });
}

}  // namespace modelgate::control::cli
