#include "control/api/primehub/administration_document.hpp"

#include "control/api/primehub/caller.hpp"
#include "control/api/primehub/words.hpp"
#include "control/domain/names.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace modelgate::control::primehub {
namespace {

namespace json = boost::json;

void take(const json::object& data, std::string_view from, json::object& to, std::string_view as) {
  if (const auto* value = data.if_contains(from)) to.insert_or_assign(as, *value);
}

void take_given(const json::object& data, std::string_view from, json::object& to, std::string_view as) {
  if (const auto* value = given(data, from)) to.insert_or_assign(as, *value);
}

json::array array_of(const std::vector<std::string>& names) {
  json::array all;
  for (const std::string& name : names) all.push_back(json::value(name));
  return all;
}

/// "ada, bob" -> ada and bob.
std::vector<std::string> split(std::string_view names) {
  std::vector<std::string> all;
  while (!names.empty()) {
    const auto comma = names.find(',');
    if (const auto name = domain::trimmed(names.substr(0, comma)); !name.empty()) all.emplace_back(name);
    names.remove_prefix(comma == std::string_view::npos ? names.size() : comma + 1);
  }
  return all;
}

/// Quotas that are told, null being no bound.
void take_quotas(const json::object& data, json::object& to) {
  json::object quota;
  take(data, "projectQuotaCpu", quota, "cpu");
  take(data, "projectQuotaMemory", quota, "memoryGiB");
  take(data, "projectQuotaGpu", quota, "gpu");
  if (!quota.empty()) to.emplace("quota", std::move(quota));
}

void take_group_members(const json::object& data, json::object& to) {
  take_given(data, "name", to, "name");
  take_given(data, "displayName", to, "displayName");
  take_given(data, "enabledDeployment", to, "enabledDeployment");
  take(data, "maxDeploy", to, "maxDeploy");
  take_quotas(data, to);
  if (given(data, "admins") != nullptr) to.emplace("admins", array_of(split(given_text(data, "admins"))));
}

void take_sizes(const json::object& data, json::object& to) {
  take_given(data, "name", to, "name");
  take_given(data, "displayName", to, "displayName");
  take_given(data, "description", to, "description");
  take_given(data, "cpuLimit", to, "cpu");
  take_given(data, "memoryLimit", to, "memoryGiB");
  take_given(data, "gpuLimit", to, "gpu");
}

bool is_true(const json::object& data, std::string_view member) {
  const auto* value = given(data, member);
  return value != nullptr && value->is_bool() && value->get_bool();
}

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Where only one of the names is told, the other one stays.
void take_names(const json::object& data, std::string_view now, json::object& to) {
  auto [first, last] = first_and_last(now);
  const bool told = given(data, "firstName") != nullptr || given(data, "lastName") != nullptr;
  if (given(data, "firstName") != nullptr) first = given_text(data, "firstName");
  if (given(data, "lastName") != nullptr) last = given_text(data, "lastName");
  const std::string name = first + (first.empty() || last.empty() ? "" : " ") + last;
  if (told && !name.empty()) to.emplace("displayName", name);
}

void take_rights(const json::object& data, json::object& to) {
  if (const auto* admin = given(data, "isAdmin")) to.emplace("role", admin->get_bool() ? "admin" : "member");
  if (const auto* enabled = given(data, "enabled")) to.emplace("disabled", !enabled->get_bool());
}

}  // namespace

links links_of(const json::object& data, std::string_view member) {
  links found;
  const auto* asked = given(data, member);
  if (asked == nullptr) return found;
  for (const auto& [name, to] : {std::pair{"connect", &found.connect}, std::pair{"disconnect", &found.disconnect}}) {
    const auto* items = given(asked->get_object(), name);
    if (items == nullptr) continue;
    for (const json::value& each : items->get_array()) to->push_back(given_text(each.get_object(), "id"));
  }
  return found;
}

std::vector<std::string> linked(std::vector<std::string> names, const links& asked) {
  for (const std::string& each : asked.connect) {
    if (!has(names, each)) names.push_back(each);
  }
  std::erase_if(names, [&](const std::string& each) { return has(asked.disconnect, each); });
  return names;
}

json::object group_document(const json::object& data) {
  json::object document;
  take_group_members(data, document);
  document.emplace("members", array_of(links_of(data, "users").connect));
  return document;
}

json::object group_patch(const json::object& data, const domain::group& now) {
  json::object patch;
  take_group_members(data, patch);
  if (given(data, "users") != nullptr) patch.emplace("members", array_of(linked(now.members, links_of(data, "users"))));
  return patch;
}

bool is_for_all(const json::object& data, const domain::instance_type* now) {
  const links asked = links_of(data, "groups");
  if (is_true(data, "global") || has(asked.connect, everyone)) return true;
  const bool was = now != nullptr && !now->groups;
  return was && given(data, "global") == nullptr && !has(asked.disconnect, everyone);
}

std::pair<std::string, std::string> first_and_last(std::string_view display_name) {
  const std::string_view name = domain::trimmed(display_name);
  const auto space = name.find(' ');
  if (space == std::string_view::npos) return {std::string{name}, {}};
  return {std::string{name.substr(0, space)}, std::string{domain::trimmed(name.substr(space))}};
}

json::object instance_type_document(const json::object& data) {
  json::object document;
  take_sizes(data, document);
  // The defaults of PrimeHub.
  if (!document.contains("cpu")) document.emplace("cpu", 1);
  if (!document.contains("memoryGiB")) document.emplace("memoryGiB", 1);
  const auto groups = links_of(data, "groups").connect;
  document.emplace("groups", is_for_all(data, nullptr) ? json::value(nullptr) : json::value(array_of(groups)));
  return document;
}

json::object instance_type_patch(const json::object& data, const domain::instance_type& now) {
  json::object patch;
  take_sizes(data, patch);
  const links asked = links_of(data, "groups");
  if (is_for_all(data, &now)) {
    patch.emplace("groups", nullptr);
  } else if (given(data, "global") != nullptr || given(data, "groups") != nullptr) {
    patch.emplace("groups", array_of(linked(now.groups.value_or(std::vector<std::string>{}), asked)));
  }
  return patch;
}

json::object user_document(const json::object& data) {
  json::object document;
  take_given(data, "username", document, "name");
  take_names(data, {}, document);
  take_rights(data, document);
  return document;
}

json::object user_patch(const json::object& data, const domain::user& now) {
  json::object patch;
  take_given(data, "username", patch, "name");
  take_names(data, now.display_name, patch);
  take_rights(data, patch);
  return patch;
}

}  // namespace modelgate::control::primehub
