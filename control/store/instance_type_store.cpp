#include "control/store/instance_type_store.hpp"

#include "control/store/connection.hpp"

namespace modelgate::control::store {
namespace {

domain::instance_type read_type(const statement& row) {
  domain::instance_type type;
  type.name = row.text(0);
  type.display_name = row.text(1);
  type.description = row.text(2);
  type.per_replica = {row.integer(3), row.integer(4), row.integer(5)};
  if (row.flag(6)) type.groups.emplace();
  return type;
}

void add_groups(connection& on, domain::instance_type& type) {
  if (!type.groups) return;
  auto query = on.prepare("SELECT group_name FROM instance_type_groups WHERE instance_type = ? ORDER BY group_name");
  query.bind(type.name);
  while (query.next()) type.groups->push_back(query.text(0));
}

}  // namespace

std::optional<domain::instance_type> instance_type_store::find(std::string_view name) const {
  auto query = on_.prepare(
      "SELECT name, display_name, description, cpu_milli, memory_bytes, gpu, restricted FROM instance_types WHERE name "
      "= ?");
  if (!query.bind(name).next()) return std::nullopt;
  domain::instance_type type = read_type(query);
  add_groups(on_, type);
  return type;
}

std::vector<domain::instance_type> instance_type_store::list() const {
  std::vector<domain::instance_type> types;
  auto query = on_.prepare(
      "SELECT name, display_name, description, cpu_milli, memory_bytes, gpu, restricted FROM instance_types ORDER BY "
      "name");
  while (query.next()) types.push_back(read_type(query));
  for (domain::instance_type& type : types) add_groups(on_, type);
  return types;
}

domain::group_usage instance_type_store::usage_of(const domain::deployment_spec& spec) const {
  if (spec.stop) return {};
  if (spec.external) return {{}, 1};  // whoever runs the replicas pays for them
  const auto type = find(spec.instance_type);
  return {type ? type->per_replica * std::int64_t{spec.replicas} : domain::resources{}, 1};
}

void instance_type_store::insert(const domain::instance_type& type) {
  on_.prepare(
         "INSERT INTO instance_types (name, display_name, description, cpu_milli, memory_bytes, gpu, restricted)"
         " VALUES (?, ?, ?, ?, ?, ?, ?)")
      .bind(type.name, type.display_name, type.description, type.per_replica.cpu_milli, type.per_replica.memory_bytes,
            type.per_replica.gpu, type.groups.has_value())
      .run();
  insert_groups(type);
}

void instance_type_store::update(const domain::instance_type& type) {
  on_.prepare(
         "UPDATE instance_types SET display_name = ?, description = ?, cpu_milli = ?, memory_bytes = ?, gpu = ?,"
         " restricted = ? WHERE name = ?")
      .bind(type.display_name, type.description, type.per_replica.cpu_milli, type.per_replica.memory_bytes,
            type.per_replica.gpu, type.groups.has_value(), type.name)
      .run();
  on_.prepare("DELETE FROM instance_type_groups WHERE instance_type = ?").bind(type.name).run();
  insert_groups(type);
}

bool instance_type_store::erase(std::string_view name) {
  return on_.prepare("DELETE FROM instance_types WHERE name = ?").bind(name).run() > 0;
}

void instance_type_store::insert_groups(const domain::instance_type& type) {
  if (!type.groups) return;
  for (const std::string& group : *type.groups) {
    on_.prepare("INSERT INTO instance_type_groups (instance_type, group_name) VALUES (?, ?)")
        .bind(type.name, group)
        .run();
  }
}

}  // namespace modelgate::control::store
