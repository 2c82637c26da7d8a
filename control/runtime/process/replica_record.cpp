#include "control/runtime/process/replica_record.hpp"

#include "control/runtime/file_text.hpp"
#include "control/runtime/record_json.hpp"

#include "modelgate/base/errc.hpp"
#include "modelgate/base/small_file.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

#include <system_error>
#include <utility>

namespace modelgate::control::runtime::process {
namespace {

namespace json = boost::json;

constexpr std::size_t record_limit = 4'194'304;
constexpr std::string_view file_name = "replica.json";
constexpr int format = 1;

json::object to_json(const group_record& group) {
  json::array folders;
  for (const std::filesystem::path& folder : group.folders) folders.push_back(json::value(folder.native()));
  return {{"method", to_string(group.method)}, {"folders", std::move(folders)}, {"oomKills", group.oom_kills}};
}

group_record read_group(const json::object& object) {
  group_record group;
  const std::string method = text_at(object, "method");
  if (method != to_string(limit_method::cgroup2) && method != to_string(limit_method::cgroup1))
    throw boost::system::system_error{make_error_code(errc::invalid_argument)};
  group.method = method == to_string(limit_method::cgroup2) ? limit_method::cgroup2 : limit_method::cgroup1;
  for (const json::value& folder : object.at("folders").as_array())
    group.folders.emplace_back(json::value_to<std::string>(folder));
  group.oom_kills = number_at<std::uint64_t>(object, "oomKills");
  return group;
}

}  // namespace

std::string to_json(const replica_record& record) {
  json::object object{{"format", format},
                      {"spec", to_json(record.spec)},
                      {"phase", name_of(record.phase)},
                      {"reason", record.reason},
                      {"since", format_rfc3339(record.since)},
                      {"unreadySince", format_rfc3339(record.unready_since)},
                      {"restarts", record.restarts},
                      {"failures", record.failures},
                      {"cookie", record.cookie},
                      {"pid", record.pid},
                      {"startTime", record.start_time},
                      {"bootId", record.boot_id},
                      {"port", record.port},
                      {"healthPath", record.health_path},
                      {"imageCopy", record.image_copy}};
  if (!record.last_end.empty()) object["lastEnd"] = record.last_end;
  if (record.warm_up) object["warmUp"] = {{"path", record.warm_up->path}, {"body", record.warm_up->body}};
  if (!record.socket.empty()) object["socket"] = record.socket;
  if (record.listens_on_socket) object["listensOnSocket"] = true;
  if (record.group) object["group"] = to_json(*record.group);
  return json::serialize(object);
}

result<replica_record> parse_replica_record(std::string_view text) {
  try {
    const json::value document = json::parse(text);
    const json::object& object = document.as_object();
    if (number_at<int>(object, "format") != format) return make_error_code(errc::invalid_argument);
    const auto phase = phase_named(text_at(object, "phase"));
    if (!phase) return make_error_code(errc::invalid_argument);
    replica_record record;
    record.spec = read_spec(object.at("spec").as_object());
    record.phase = *phase;
    record.reason = text_at(object, "reason");
    record.since = time_at(object, "since");
    record.unready_since = time_at(object, "unreadySince");
    record.restarts = number_at<std::uint32_t>(object, "restarts");
    record.failures = number_at<std::uint32_t>(object, "failures");
    record.cookie = text_at(object, "cookie");
    record.pid = number_at<pid_t>(object, "pid");
    record.start_time = number_at<std::uint64_t>(object, "startTime");
    record.boot_id = text_at(object, "bootId");
    record.port = number_at<std::uint16_t>(object, "port");
    record.health_path = text_at(object, "healthPath");
    record.image_copy = text_at(object, "imageCopy");
    if (object.contains("lastEnd")) record.last_end = text_at(object, "lastEnd");
    if (const auto* entry = object.if_contains("warmUp")) {
      const json::object& example = entry->as_object();
      record.warm_up = warm_up_request{text_at(example, "path"), text_at(example, "body")};
    }
    if (object.contains("socket")) record.socket = text_at(object, "socket");
    record.listens_on_socket = object.contains("listensOnSocket");
    if (const auto* entry = object.if_contains("group")) record.group = read_group(entry->as_object());
    return record;
  } catch (const std::exception&) {  // Boost.JSON throws several kinds for text that is not what it should be
    return make_error_code(errc::invalid_argument);
  }
}

result<void> save_record(const std::filesystem::path& folder, const replica_record& record) {
  return replace_file_text(folder / file_name, to_json(record));
}

result<replica_record> load_record(const std::filesystem::path& folder) {
  const auto text = read_small_file(folder / file_name, record_limit);
  if (!text) return text.error();
  return parse_replica_record(*text);
}

void delete_record(const std::filesystem::path& folder) {
  std::error_code problem;
  std::filesystem::remove(folder / file_name, problem);
}

}  // namespace modelgate::control::runtime::process
