#include "control/store/group_store.hpp"

#include "control/domain/names.hpp"
#include "control/store/connection.hpp"
#include "control/store/traffic_limit_row.hpp"

namespace modelgate::control::store {
namespace {

domain::group read_group(const statement& row) {
  domain::group group;
  group.name = row.text(0);
  group.display_name = row.text(1);
  group.enabled_deployment = row.flag(2);
  if (const auto most = row.optional_integer(3)) group.max_deploy = static_cast<std::uint32_t>(*most);
  group.quota = {row.optional_integer(4), row.optional_integer(5), row.optional_integer(6)};
  group.limits = read_traffic_limit(row, 7);
  return group;
}

std::vector<std::string> people(connection& on, const std::string& group, const char* part) {
  auto query = on.prepare("SELECT user FROM group_people WHERE group_name = ? AND part = ? ORDER BY user");
  query.bind(group, part);
  std::vector<std::string> names;
  while (query.next()) names.push_back(query.text(0));
  return names;
}

void add_people(connection& on, domain::group& group) {
  group.admins = people(on, group.name, "admin");
  group.members = people(on, group.name, "member");
}

}  // namespace

std::optional<domain::group> group_store::find(std::string_view name) const {
  auto query = on_.prepare(
      "SELECT name, display_name, enabled_deployment, max_deploy, quota_cpu_milli, quota_memory_bytes, quota_gpu,"
      " limit_millirequests_per_second, limit_burst, limit_concurrent FROM groups WHERE name = ?");
  if (!query.bind(name).next()) return std::nullopt;
  domain::group group = read_group(query);
  add_people(on_, group);
  return group;
}

std::vector<domain::group> group_store::list() const {
  std::vector<domain::group> groups;
  auto query = on_.prepare(
      "SELECT name, display_name, enabled_deployment, max_deploy, quota_cpu_milli, quota_memory_bytes, quota_gpu,"
      " limit_millirequests_per_second, limit_burst, limit_concurrent FROM groups ORDER BY name");
  while (query.next()) groups.push_back(read_group(query));
  for (domain::group& group : groups) add_people(on_, group);
  return groups;
}

std::optional<std::string> group_store::name_alike(std::string_view name) const {
  auto query = on_.prepare("SELECT name FROM groups WHERE name_key = ?");
  if (!query.bind(domain::group_name_key(name)).next()) return std::nullopt;
  return query.text(0);
}

void group_store::insert(const domain::group& group) {
  on_.prepare(
         "INSERT INTO groups (name, name_key, display_name, enabled_deployment, max_deploy, quota_cpu_milli,"
         " quota_memory_bytes, quota_gpu, limit_millirequests_per_second, limit_burst, limit_concurrent)"
         " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(group.name, domain::group_name_key(group.name), group.display_name, group.enabled_deployment,
            group.max_deploy, group.quota.cpu_milli, group.quota.memory_bytes, group.quota.gpu,
            group.limits.millirequests_per_second, group.limits.burst, group.limits.concurrent)
      .run();
  insert_people(group);
}

void group_store::update(const domain::group& group) {
  on_.prepare(
         "UPDATE groups SET display_name = ?, enabled_deployment = ?, max_deploy = ?, quota_cpu_milli = ?,"
         " quota_memory_bytes = ?, quota_gpu = ?, limit_millirequests_per_second = ?, limit_burst = ?,"
         " limit_concurrent = ? WHERE name = ?")
      .bind(group.display_name, group.enabled_deployment, group.max_deploy, group.quota.cpu_milli,
            group.quota.memory_bytes, group.quota.gpu, group.limits.millirequests_per_second, group.limits.burst,
            group.limits.concurrent, group.name)
      .run();
  on_.prepare("DELETE FROM group_people WHERE group_name = ?").bind(group.name).run();
  insert_people(group);
}

bool group_store::erase(std::string_view name) {
  return on_.prepare("DELETE FROM groups WHERE name = ?").bind(name).run() > 0;
}

void group_store::insert_people(const domain::group& group) {
  const auto insert = [&](const std::string& user, const char* part) {
    on_.prepare("INSERT INTO group_people (group_name, user, part) VALUES (?, ?, ?)")
        .bind(group.name, user, part)
        .run();
  };
  for (const std::string& user : group.admins) insert(user, "admin");
  for (const std::string& user : group.members) insert(user, "member");
}

}  // namespace modelgate::control::store
