#include "control/runtime/process/replica_record.hpp"

#include "control/runtime/record_file.hpp"
#include "control/runtime/record_json.hpp"

#include "modelgate/base/errc.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value_to.hpp>

#include <system_error>
#include <utility>

namespace modelgate::control::runtime::process {
namespace {

namespace json = boost::json;

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
  json::object own{{"cookie", record.cookie},
                   {"pid", record.pid},
                   {"startTime", record.start_time},
                   {"bootId", record.boot_id},
                   {"imageCopy", record.image_copy}};
  if (!record.socket.empty()) own["socket"] = record.socket;
  if (record.group) own["group"] = to_json(*record.group);
  return runtime::to_json(record, std::move(own));
}

result<replica_record> parse_replica_record(std::string_view text) {
  replica_record record;
  const auto read = read_record(text, record, [&](const json::object& object) {
    record.cookie = text_at(object, "cookie");
    record.pid = number_at<pid_t>(object, "pid");
    record.start_time = number_at<std::uint64_t>(object, "startTime");
    record.boot_id = text_at(object, "bootId");
    record.image_copy = text_at(object, "imageCopy");
    if (object.contains("socket")) record.socket = text_at(object, "socket");
    if (const auto* entry = object.if_contains("group")) record.group = read_group(entry->as_object());
  });
  if (!read) return read.error();
  return record;
}

}  // namespace modelgate::control::runtime::process
