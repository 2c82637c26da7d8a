#include "control/store/client_store.hpp"

#include "control/store/connection.hpp"

#define MODELGATE_CLIENT_COLUMNS                                                                                       \
  "name, digest, prefix, created_at, created_by, expires_at, disabled, previous_digest, previous_until, last_used_at," \
  " requests, is_password, previous_is_password, foreign_hash"

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
  client.disabled = row.flag(6);
  if (!row.is_null(7)) client.previous = {row.digest(7), row.time(8), row.flag(12)};
  client.last_used_at = row.optional_time(9);
  client.requests = row.number(10);
  client.is_password = row.flag(11);
  if (!row.is_null(13)) client.foreign_hash = row.text(13);
  return client;
}

}  // namespace

std::vector<domain::client> client_store::list(std::string_view deployment) const {
  auto query = on_.prepare("SELECT " MODELGATE_CLIENT_COLUMNS " FROM clients WHERE deployment = ? ORDER BY name");
  query.bind(deployment);
  std::vector<domain::client> clients;
  while (query.next()) clients.push_back(read_client(query));
  return clients;
}

std::unordered_map<std::string, std::vector<domain::client>> client_store::list_all() const {
  auto query = on_.prepare("SELECT " MODELGATE_CLIENT_COLUMNS ", deployment FROM clients ORDER BY deployment, name");
  std::unordered_map<std::string, std::vector<domain::client>> clients;
  while (query.next()) clients[query.text(14)].push_back(read_client(query));
  return clients;
}

std::optional<domain::client> client_store::find(std::string_view deployment, std::string_view name) const {
  auto query = on_.prepare("SELECT " MODELGATE_CLIENT_COLUMNS " FROM clients WHERE deployment = ? AND name = ?");
  if (!query.bind(deployment, name).next()) return std::nullopt;
  return read_client(query);
}

void client_store::update(std::string_view deployment, const domain::client& client) {
  std::optional<crypto::token_digest> previous_digest;
  std::optional<system_time> previous_until;
  if (client.previous) {
    previous_digest = client.previous->digest;
    previous_until = client.previous->until;
  }
  on_.prepare(
         "UPDATE clients SET digest = ?, prefix = ?, expires_at = ?, disabled = ?, previous_digest = ?,"
         " previous_until = ?, previous_is_password = ?, is_password = ?, foreign_hash = ?"
         " WHERE deployment = ? AND name = ?")
      .bind(client.digest, client.prefix, client.expires_at, client.disabled, previous_digest, previous_until,
            client.previous && client.previous->is_password, client.is_password, client.foreign_hash, deployment,
            client.name)
      .run();
}

void client_store::note_use(std::string_view deployment, const domain::client& client, system_time at,
                            std::uint64_t requests) {
  on_.prepare(
         "UPDATE clients SET last_used_at = max(?1, ifnull(last_used_at, 0)), requests = max(?2, requests)"
         " WHERE deployment = ?3 AND name = ?4 AND created_at = ?5")
      .bind(at, requests, deployment, client.name, client.created_at)
      .run();
}

bool client_store::prove_password(std::string_view deployment, std::string_view name, std::string_view foreign_hash,
                                  const crypto::token_digest& digest) {
  return on_.prepare(
                "UPDATE clients SET digest = ?, foreign_hash = NULL"
                " WHERE deployment = ? AND name = ? AND foreign_hash = ?")
             .bind(digest, deployment, name, foreign_hash)
             .run()
         > 0;
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
         "INSERT INTO clients (deployment, name, digest, prefix, created_at, created_by, expires_at, disabled,"
         " is_password, foreign_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(deployment, client.name, client.digest, client.prefix, client.created_at, client.created_by,
            client.expires_at, client.disabled, client.is_password, client.foreign_hash)
      .run();
}

bool client_store::erase(std::string_view deployment, std::string_view name) {
  return on_.prepare("DELETE FROM clients WHERE deployment = ? AND name = ?").bind(deployment, name).run() > 0;
}

}  // namespace modelgate::control::store
