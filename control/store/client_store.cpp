#include "control/store/client_store.hpp"

#include "control/store/connection.hpp"

namespace modelgate::control::store {
namespace {

domain::client read_client(const statement& row) {
  domain::client client;
  client.name = row.text(0);
  client.digest = row.digest(1);
  client.prefix = row.text(2);
  client.created_at = row.time(3);
  client.created_by = row.text(4);
  client.expires_at = row.optional_time(5);
  return client;
}

}  // namespace

std::vector<domain::client> client_store::list(std::string_view deployment) const {
  auto query = on_.prepare(
      "SELECT name, digest, prefix, created_at, created_by, expires_at FROM clients WHERE deployment = ? ORDER BY "
      "name");
  query.bind(deployment);
  std::vector<domain::client> clients;
  while (query.next()) clients.push_back(read_client(query));
  return clients;
}

std::unordered_map<std::string, std::vector<domain::client>> client_store::list_all() const {
  auto query = on_.prepare(
      "SELECT name, digest, prefix, created_at, created_by, expires_at, deployment FROM clients ORDER BY deployment, "
      "name");
  std::unordered_map<std::string, std::vector<domain::client>> clients;
  while (query.next()) clients[query.text(6)].push_back(read_client(query));
  return clients;
}

bool client_store::exists(std::string_view deployment, std::string_view name) const {
  auto query = on_.prepare("SELECT 1 FROM clients WHERE deployment = ? AND name = ?");
  return query.bind(deployment, name).next();
}

std::size_t client_store::count(std::string_view deployment) const {
  auto query = on_.prepare("SELECT count(*) FROM clients WHERE deployment = ?");
  return query.bind(deployment).next() ? static_cast<std::size_t>(query.integer(0)) : 0;
}

void client_store::insert(std::string_view deployment, const domain::client& client) {
  on_.prepare(
         "INSERT INTO clients (deployment, name, digest, prefix, created_at, created_by, expires_at)"
         " VALUES (?, ?, ?, ?, ?, ?, ?)")
      .bind(deployment, client.name, client.digest, client.prefix, client.created_at, client.created_by,
            client.expires_at)
      .run();
}

bool client_store::erase(std::string_view deployment, std::string_view name) {
  return on_.prepare("DELETE FROM clients WHERE deployment = ? AND name = ?").bind(deployment, name).run() > 0;
}

}  // namespace modelgate::control::store
