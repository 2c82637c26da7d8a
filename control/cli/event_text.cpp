#include "control/cli/event_text.hpp"

#include "control/cli/answer_json.hpp"
#include "control/cli/failure.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace modelgate::control::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t type_width = 10;
constexpr std::size_t kind_width = 14;

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 1, width), ' ');
  return text;
}

/// What there is to say of a thing in a few words; empty for one of a kind that this program does not know.
std::string state_of(std::string_view kind, const json::object& thing) {
  if (kind == "deployment") {
    const json::object& status = object_member(thing, "status");
    const std::string message = member_text(status, "message");
    return member_text(status, "phase") + ", revision " + member_text(thing, "revision") + ", "
           + member_text(status, "availableReplicas") + " available" + (message == "-" ? "" : ": " + message);
  }
  if (kind == "replica") {
    const std::string reason = member_text(thing, "reason");
    return member_text(thing, "phase") + (reason == "-" ? "" : ": " + reason);
  }
  if (kind == "group") return member_text(object_member(thing, "usage"), "deployments") + " deployments run";
  if (kind == "client" || kind == "user") return member_text(thing, "disabled") == "true" ? "disabled" : "";
  if (kind == "instanceType")
    return member_text(thing, "cpu") + " CPU, " + member_text(thing, "memoryGiB") + " GiB, " + member_text(thing, "gpu")
           + " GPU";
  if (kind == "token") return member_text(thing, "name") + " of " + member_text(thing, "user");
  return {};
}

}  // namespace

bool event_splitter::take(std::string_view bytes, const std::function<bool(const stream_event&)>& found) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    rest_.append(bytes.substr(0, end));
    if (end == std::string_view::npos) return true;
    bytes.remove_prefix(end + 1);
    if (rest_.ends_with('\r')) rest_.pop_back();
    const std::string line = std::exchange(rest_, {});
    if (!line.empty()) {
      take_line(line);
      continue;
    }
    last_id_ = id_.empty() ? last_id_ : id_;
    const stream_event done = std::exchange(event_, {});
    if (!done.data.empty() && !found(done)) return false;
  }
  return true;
}

void event_splitter::take_line(std::string_view line) {
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "event") {
    event_.type = value;
  } else if (name == "data") {
    if (!event_.data.empty()) event_.data += '\n';
    event_.data += value;
  } else if (name == "id") {
    id_ = value;
  } else if (name == "retry") {
    std::uint64_t milliseconds = 0;
    const auto [stopped, problem] = std::from_chars(value.data(), value.data() + value.size(), milliseconds);
    if (problem == std::errc{} && stopped == value.data() + value.size()) retry_ = milliseconds;
  }
}

std::string event_line(std::string_view type, const json::object& data) {
  const std::string kind = member_text(data, "kind");
  if (type == "reset") return "reset     the server begins anew; what there is follows";
  if (kind == "stream") return {};
  std::string line = padded(type == "snapshot" ? "is" : std::string{type}, type_width) + padded(kind, kind_width)
                     + member_text(data, "id");
  const std::string state = type == "deleted" ? std::string{} : state_of(kind, object_member(data, "object"));
  if (!state.empty()) line += "  " + state;
  return printable(line);
}

}  // namespace modelgate::control::cli
