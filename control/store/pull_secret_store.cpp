#include "control/store/pull_secret_store.hpp"

#include "control/store/connection.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#define MODELGATE_PULL_SECRET_COLUMNS \
  "name, group_name, registries, registry_user, created_at, created_by, updated_at, updated_by"

namespace modelgate::control::store {
namespace {

namespace json = boost::json;

std::string registries_text(const std::vector<std::string>& registries) {
  json::array array;
  for (const std::string& each : registries) array.push_back(json::value(each));
  return json::serialize(array);
}

std::vector<std::string> registries_from(const std::string& text) {
  boost::system::error_code problem;
  const json::value read = json::parse(text, problem);
  if (problem || !read.is_array()) throw unreadable_row{"the registries of a pull secret cannot be read"};
  std::vector<std::string> registries;
  for (const json::value& each : read.get_array()) {
    if (!each.is_string()) throw unreadable_row{"a registry of a pull secret is not a text"};
    registries.emplace_back(each.get_string());
  }
  return registries;
}

domain::pull_secret read_record(const statement& row) {
  domain::pull_secret record;
  record.name = row.text(0);
  if (!row.is_null(1)) record.group = row.text(1);
  record.registries = registries_from(row.text(2));
  if (!row.is_null(3)) record.user = row.text(3);
  record.created_at = row.time(4);
  record.created_by = row.text(5);
  record.updated_at = row.time(6);
  record.updated_by = row.text(7);
  return record;
}

}  // namespace

std::optional<domain::pull_secret> pull_secret_store::find(std::string_view name) const {
  auto row = on_.prepare("SELECT " MODELGATE_PULL_SECRET_COLUMNS " FROM pull_secrets WHERE name = ?");
  if (!row.bind(name).next()) return std::nullopt;
  return read_record(row);
}

std::vector<domain::pull_secret> pull_secret_store::list() const {
  auto rows = on_.prepare("SELECT " MODELGATE_PULL_SECRET_COLUMNS " FROM pull_secrets ORDER BY name");
  std::vector<domain::pull_secret> records;
  while (rows.next()) records.push_back(read_record(rows));
  return records;
}

std::vector<sealed_pull_secret> pull_secret_store::list_sealed() const {
  auto rows = on_.prepare("SELECT " MODELGATE_PULL_SECRET_COLUMNS ", sealed FROM pull_secrets ORDER BY name");
  std::vector<sealed_pull_secret> secrets;
  while (rows.next()) secrets.push_back({read_record(rows), rows.text(8)});
  return secrets;
}

std::size_t pull_secret_store::count() const {
  auto query = on_.prepare("SELECT count(*) FROM pull_secrets");
  return query.next() ? static_cast<std::size_t>(query.integer(0)) : 0;
}

void pull_secret_store::insert(const sealed_pull_secret& secret) {
  const domain::pull_secret& record = secret.record;
  on_.prepare(
         "INSERT INTO pull_secrets (name, group_name, registries, registry_user, sealed, created_at, created_by,"
         " updated_at, updated_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(record.name, record.group, registries_text(record.registries), record.user, secret.sealed,
            record.created_at, record.created_by, record.updated_at, record.updated_by)
      .run();
}

void pull_secret_store::update(const sealed_pull_secret& secret) {
  const domain::pull_secret& record = secret.record;
  on_.prepare(
         "UPDATE pull_secrets SET registries = ?, registry_user = ?, sealed = ?, updated_at = ?, updated_by = ?"
         " WHERE name = ?")
      .bind(registries_text(record.registries), record.user, secret.sealed, record.updated_at, record.updated_by,
            record.name)
      .run();
}

bool pull_secret_store::erase(std::string_view name) {
  return on_.prepare("DELETE FROM pull_secrets WHERE name = ?").bind(name).run() > 0;
}

}  // namespace modelgate::control::store
