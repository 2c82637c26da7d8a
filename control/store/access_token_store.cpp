#include "control/store/access_token_store.hpp"

#include "control/store/connection.hpp"

namespace modelgate::control::store {
namespace {

domain::access_token read_token(const statement& row) {
  domain::access_token token;
  token.id = row.text(0);
  token.name = row.text(1);
  token.user = row.text(2);
  token.digest = row.digest(3);
  token.prefix = row.text(4);
  token.created_at = row.time(5);
  token.expires_at = row.optional_time(6);
  return token;
}

}  // namespace

std::optional<domain::access_token> access_token_store::find(std::string_view id) const {
  auto query =
      on_.prepare("SELECT id, name, user, digest, prefix, created_at, expires_at FROM api_tokens WHERE id = ?");
  if (!query.bind(id).next()) return std::nullopt;
  return read_token(query);
}

std::optional<domain::access_token> access_token_store::find_by_digest(const crypto::token_digest& digest) const {
  auto query =
      on_.prepare("SELECT id, name, user, digest, prefix, created_at, expires_at FROM api_tokens WHERE digest = ?");
  if (!query.bind(digest).next()) return std::nullopt;
  return read_token(query);
}

std::vector<domain::access_token> access_token_store::list(const std::optional<std::string>& user) const {
  auto query = on_.prepare(
      "SELECT id, name, user, digest, prefix, created_at, expires_at FROM api_tokens"
      " WHERE ?1 IS NULL OR user = ?1 ORDER BY created_at, id");
  query.bind(user);
  std::vector<domain::access_token> tokens;
  while (query.next()) tokens.push_back(read_token(query));
  return tokens;
}

std::size_t access_token_store::count_of_admins(system_time at) const {
  auto query = on_.prepare(
      "SELECT count(*) FROM api_tokens JOIN users ON users.name = api_tokens.user"
      " WHERE users.role = 'admin' AND (api_tokens.expires_at IS NULL OR api_tokens.expires_at > ?)");
  return query.bind(at).next() ? static_cast<std::size_t>(query.integer(0)) : 0;
}

void access_token_store::insert(const domain::access_token& token) {
  on_.prepare(
         "INSERT INTO api_tokens (id, name, user, digest, prefix, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)")
      .bind(token.id, token.name, token.user, token.digest, token.prefix, token.created_at, token.expires_at)
      .run();
}

bool access_token_store::erase(std::string_view id) {
  return on_.prepare("DELETE FROM api_tokens WHERE id = ?").bind(id).run() > 0;
}

}  // namespace modelgate::control::store
