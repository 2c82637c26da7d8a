#include "control/store/access_token_store.hpp"

#include "control/store/connection.hpp"

#define MODELGATE_TOKEN_COLUMNS \
  "id, name, user, digest, prefix, created_at, expires_at, read_only, restricted, last_used_at"

namespace modelgate::control::store {
namespace {

/// The groups of one that is limited to some are read apart.
domain::access_token read_token(const statement& row) {
  domain::access_token token;
  token.id = row.text(0);
  token.name = row.text(1);
  token.user = row.text(2);
  token.digest = row.digest(3);
  token.prefix = row.text(4);
  token.created_at = row.time(5);
  token.expires_at = row.optional_time(6);
  token.read_only = row.flag(7);
  if (row.flag(8)) token.groups.emplace();
  token.last_used_at = row.optional_time(9);
  return token;
}

}  // namespace

std::vector<std::string> access_token_store::groups_of(const std::string& id) const {
  auto query = on_.prepare("SELECT group_name FROM api_token_groups WHERE token = ? ORDER BY group_name");
  query.bind(id);
  std::vector<std::string> groups;
  while (query.next()) groups.push_back(query.text(0));
  return groups;
}

std::optional<domain::access_token> access_token_store::find(std::string_view id) const {
  auto query = on_.prepare("SELECT " MODELGATE_TOKEN_COLUMNS " FROM api_tokens WHERE id = ?");
  if (!query.bind(id).next()) return std::nullopt;
  domain::access_token token = read_token(query);
  if (token.groups) token.groups = groups_of(token.id);
  return token;
}

std::optional<domain::access_token> access_token_store::find_by_digest(const crypto::token_digest& digest) const {
  auto query = on_.prepare("SELECT " MODELGATE_TOKEN_COLUMNS " FROM api_tokens WHERE digest = ?");
  if (!query.bind(digest).next()) return std::nullopt;
  domain::access_token token = read_token(query);
  if (token.groups) token.groups = groups_of(token.id);
  return token;
}

std::vector<domain::access_token> access_token_store::list(const std::optional<std::string>& user) const {
  auto query = on_.prepare("SELECT " MODELGATE_TOKEN_COLUMNS
                           " FROM api_tokens WHERE ?1 IS NULL OR user = ?1 ORDER BY created_at, id");
  query.bind(user);
  std::vector<domain::access_token> tokens;
  while (query.next()) tokens.push_back(read_token(query));
  for (domain::access_token& token : tokens) {
    if (token.groups) token.groups = groups_of(token.id);
  }
  return tokens;
}

void access_token_store::insert(const domain::access_token& token) {
  on_.prepare(
         "INSERT INTO api_tokens (id, name, user, digest, prefix, created_at, expires_at, read_only, restricted)"
         " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(token.id, token.name, token.user, token.digest, token.prefix, token.created_at, token.expires_at,
            token.read_only, token.groups.has_value())
      .run();
  if (!token.groups) return;
  for (const std::string& group : *token.groups) {
    on_.prepare("INSERT INTO api_token_groups (token, group_name) VALUES (?, ?)").bind(token.id, group).run();
  }
}

void access_token_store::note_use(std::string_view id, system_time at) {
  on_.prepare("UPDATE api_tokens SET last_used_at = max(?1, ifnull(last_used_at, 0)) WHERE id = ?2").bind(at, id).run();
}

bool access_token_store::erase(std::string_view id) {
  return on_.prepare("DELETE FROM api_tokens WHERE id = ?").bind(id).run() > 0;
}

}  // namespace modelgate::control::store
