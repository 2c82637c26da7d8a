#include "control/store/session_store.hpp"

#include "control/store/connection.hpp"

namespace modelgate::control::store {

std::optional<domain::session> session_store::find(const crypto::token_digest& digest) const {
  auto row =
      on_.prepare("SELECT digest, user, token, created_at, expires_at, last_used_at FROM sessions WHERE digest = ?");
  if (!row.bind(digest).next()) return std::nullopt;
  domain::session session;
  session.digest = row.digest(0);
  session.user = row.text(1);
  if (!row.is_null(2)) session.token = row.text(2);
  session.created_at = row.time(3);
  session.expires_at = row.time(4);
  session.last_used_at = row.time(5);
  return session;
}

std::size_t session_store::count(std::string_view user) const {
  auto query = on_.prepare("SELECT count(*) FROM sessions WHERE user = ?");
  return query.bind(user).next() ? static_cast<std::size_t>(query.integer(0)) : 0;
}

void session_store::insert(const domain::session& session) {
  on_.prepare(
         "INSERT INTO sessions (digest, user, token, created_at, expires_at, last_used_at) VALUES (?, ?, ?, ?, ?, ?)")
      .bind(session.digest, session.user, session.token, session.created_at, session.expires_at, session.last_used_at)
      .run();
}

void session_store::note_use(const crypto::token_digest& digest, system_time at) {
  on_.prepare("UPDATE sessions SET last_used_at = max(?, last_used_at) WHERE digest = ?").bind(at, digest).run();
}

bool session_store::erase(const crypto::token_digest& digest) {
  return on_.prepare("DELETE FROM sessions WHERE digest = ?").bind(digest).run() > 0;
}

void session_store::erase_others(std::string_view user, const std::optional<crypto::token_digest>& kept) {
  on_.prepare("DELETE FROM sessions WHERE user = ? AND digest IS NOT ?").bind(user, kept).run();
}

void session_store::bound(std::string_view user, std::size_t most) {
  on_.prepare(
         "DELETE FROM sessions WHERE digest IN (SELECT digest FROM sessions WHERE user = ?1 ORDER BY created_at, digest"
         " LIMIT max(0, (SELECT count(*) FROM sessions WHERE user = ?1) - ?2))")
      .bind(user, std::uint64_t{most})
      .run();
}

std::size_t session_store::erase_ended(system_time now, std::chrono::milliseconds idle) {
  return static_cast<std::size_t>(
      on_.prepare("DELETE FROM sessions WHERE expires_at <= ? OR last_used_at <= ?").bind(now, now - idle).run());
}

}  // namespace modelgate::control::store
