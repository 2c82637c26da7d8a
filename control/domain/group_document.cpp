#include "control/domain/group_document.hpp"

#include "control/domain/limits.hpp"
#include "control/domain/names.hpp"
#include "control/domain/resource_document.hpp"
#include "control/domain/traffic_limit_document.hpp"
#include "control/domain/units.hpp"

#include <boost/json/value.hpp>

namespace modelgate::control::domain {
namespace {

namespace json = boost::json;

quota_limits read_quota(const json::value& document, const std::string& pointer, diagnostics& mistakes) {
  quota_limits quota;
  document_reader reader{document, pointer, mistakes};
  quota.cpu_milli = read_cores(reader, 0);
  quota.memory_bytes = read_memory(reader, 0, byte_rounding::up);
  quota.gpu = reader.whole_number("gpu", 0, limits::gpus);
  reader.refuse_others();
  return quota;
}

std::vector<std::string> read_people(document_reader& reader, std::string_view member, diagnostics& mistakes) {
  auto people = reader.texts(member, limits::group_people, {.most = 128}).value_or(std::vector<std::string>{});
  for (std::size_t i = 0; i < people.size(); ++i) {
    const std::string where = pointer_to(reader.pointer(member), i);
    if (!is_user_name(people[i]) && !concerns(mistakes, where)) {
      mistakes.push_back({where, std::string{mistake_code::malformed}, "is not a user name"});
    }
  }
  return people;
}

group read_members(document_reader& reader, diagnostics& mistakes) {
  group read;
  read.name = reader.text("name", {.most = 63}).value_or("");
  if (read.name.empty()) {
    reader.require("name", "the group's name");
  } else if (!is_group_name(read.name)) {
    reader.mistake(
        "name", mistake_code::malformed,
        "must be 1 to 63 letters, digits, '-' or '_', with a letter or digit at both ends, and not \"everyone\"");
  }
  read.display_name = reader.text("displayName", {.most = limits::display_name_length}).value_or("");
  if (read.display_name.empty()) read.display_name = read.name;
  read.enabled_deployment = reader.boolean("enabledDeployment").value_or(false);
  if (const auto most = reader.whole_number("maxDeploy", 0, limits::max_deploy)) {
    read.max_deploy = static_cast<std::uint32_t>(*most);
  }
  if (const auto* quota = reader.raw("quota")) read.quota = read_quota(*quota, reader.pointer("quota"), mistakes);
  if (const auto* limits = reader.raw("limits")) {
    read.limits = read_traffic_limit(*limits, reader.pointer("limits"), mistakes);
  }
  read.admins = read_people(reader, "admins", mistakes);
  read.members = read_people(reader, "members", mistakes);
  reader.read_only({"usage"});
  reader.refuse_others();
  return read;
}

json::array to_json(const std::vector<std::string>& names) {
  json::array array;
  for (const std::string& name : names) array.push_back(json::value(name));
  return array;
}

}  // namespace

parsed<group> read_group(const json::value& document) {
  return read_named(document, read_members);
}

parsed<group> read_group_patch(const group& current, const json::value& patch) {
  return read_named_patch(current, patch, read_members);
}

json::object to_json(const quota_limits& value) {
  json::object document;
  document.emplace("cpu", value.cpu_milli ? json::value(from_thousandths(*value.cpu_milli)) : json::value(nullptr));
  document.emplace("memoryGiB", value.memory_bytes ? json::value(gib_from(*value.memory_bytes)) : json::value(nullptr));
  document.emplace("gpu", value.gpu ? json::value(*value.gpu) : json::value(nullptr));
  return document;
}

json::object to_json(const group& value) {
  json::object document;
  document.emplace("name", value.name);
  document.emplace("displayName", value.display_name);
  document.emplace("enabledDeployment", value.enabled_deployment);
  document.emplace("maxDeploy", value.max_deploy ? json::value(*value.max_deploy) : json::value(nullptr));
  document.emplace("quota", to_json(value.quota));
  document.emplace("limits", to_json(value.limits, false));
  document.emplace("admins", to_json(value.admins));
  document.emplace("members", to_json(value.members));
  return document;
}

}  // namespace modelgate::control::domain
