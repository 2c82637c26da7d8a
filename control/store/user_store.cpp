#include "control/store/user_store.hpp"

#include "control/store/connection.hpp"

namespace modelgate::control::store {
namespace {

domain::user read_user(const statement& row) {
  const auto role = domain::platform_role_from(row.text(2));
  if (!role) throw unreadable_row{"a user has an unknown role"};
  return {row.text(0), row.text(1), *role, row.time(3), row.flag(4), row.flag(5)};
}

}  // namespace

std::optional<domain::user> user_store::find(std::string_view name) const {
  auto query = on_.prepare(
      "SELECT name, display_name, role, created_at, disabled, password_hash IS NOT NULL FROM users WHERE name = ?");
  if (!query.bind(name).next()) return std::nullopt;
  return read_user(query);
}

std::vector<domain::user> user_store::list() const {
  auto query = on_.prepare(
      "SELECT name, display_name, role, created_at, disabled, password_hash IS NOT NULL FROM users ORDER BY name");
  std::vector<domain::user> users;
  while (query.next()) users.push_back(read_user(query));
  return users;
}

bool user_store::empty() const {
  auto query = on_.prepare("SELECT 1 FROM users LIMIT 1");
  return !query.next();
}

std::size_t user_store::count_ways_to_administer(system_time at) const {
  auto query = on_.prepare(
      "SELECT count(*) FROM users WHERE role = 'admin' AND disabled = 0 AND (password_hash IS NOT NULL OR EXISTS"
      " (SELECT 1 FROM api_tokens t WHERE t.user = users.name AND t.read_only = 0 AND t.restricted = 0"
      " AND (t.expires_at IS NULL OR t.expires_at > ?)))");
  return query.bind(at).next() ? static_cast<std::size_t>(query.integer(0)) : 0;
}

void user_store::insert(const domain::user& user) {
  on_.prepare("INSERT INTO users (name, display_name, role, created_at, disabled) VALUES (?, ?, ?, ?, ?)")
      .bind(user.name, user.display_name, domain::to_string(user.role), user.created_at, user.disabled)
      .run();
}

void user_store::update(const domain::user& user) {
  on_.prepare("UPDATE users SET display_name = ?, role = ?, disabled = ? WHERE name = ?")
      .bind(user.display_name, domain::to_string(user.role), user.disabled, user.name)
      .run();
}

bool user_store::erase(std::string_view name) {
  return on_.prepare("DELETE FROM users WHERE name = ?").bind(name).run() > 0;
}

std::optional<std::string> user_store::password_hash(std::string_view name) const {
  auto query = on_.prepare("SELECT password_hash FROM users WHERE name = ?");
  if (!query.bind(name).next() || query.is_null(0)) return std::nullopt;
  return query.text(0);
}

void user_store::set_password_hash(std::string_view name, const std::optional<std::string>& hash) {
  on_.prepare("UPDATE users SET password_hash = ? WHERE name = ?").bind(hash, name).run();
}

std::optional<domain::principal> user_store::principal_of(std::string_view name) const {
  const auto user = find(name);
  if (!user || user->disabled) return std::nullopt;
  domain::principal who{user->name, user->role, {}};
  auto query = on_.prepare("SELECT group_name, part FROM group_people WHERE user = ? ORDER BY group_name");
  query.bind(name);
  while (query.next()) {
    std::string group = query.text(0);
    if (query.text(1) == "admin") who.admin_groups.push_back(group);
    if (who.groups.empty() || who.groups.back() != group) who.groups.push_back(std::move(group));
  }
  return who;
}

}  // namespace modelgate::control::store
