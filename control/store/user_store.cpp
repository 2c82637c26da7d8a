#include "control/store/user_store.hpp"

#include "control/store/connection.hpp"

namespace modelgate::control::store {
namespace {

domain::user read_user(const statement& row) {
  const auto role = domain::platform_role_from(row.text(2));
  if (!role) throw unreadable_row{"a user has an unknown role"};
  return {row.text(0), row.text(1), *role, row.time(3)};
}

}  // namespace

std::optional<domain::user> user_store::find(std::string_view name) const {
  auto query = on_.prepare("SELECT name, display_name, role, created_at FROM users WHERE name = ?");
  if (!query.bind(name).next()) return std::nullopt;
  return read_user(query);
}

std::vector<domain::user> user_store::list() const {
  auto query = on_.prepare("SELECT name, display_name, role, created_at FROM users ORDER BY name");
  std::vector<domain::user> users;
  while (query.next()) users.push_back(read_user(query));
  return users;
}

bool user_store::empty() const {
  auto query = on_.prepare("SELECT 1 FROM users LIMIT 1");
  return !query.next();
}

std::size_t user_store::count_admins() const {
  auto query = on_.prepare("SELECT count(*) FROM users WHERE role = 'admin'");
  return query.next() ? static_cast<std::size_t>(query.integer(0)) : 0;
}

void user_store::insert(const domain::user& user) {
  on_.prepare("INSERT INTO users (name, display_name, role, created_at) VALUES (?, ?, ?, ?)")
      .bind(user.name, user.display_name, domain::to_string(user.role), user.created_at)
      .run();
}

bool user_store::erase(std::string_view name) {
  return on_.prepare("DELETE FROM users WHERE name = ?").bind(name).run() > 0;
}

std::optional<domain::principal> user_store::principal_of(std::string_view name) const {
  const auto user = find(name);
  if (!user) return std::nullopt;
  domain::principal who{user->name, user->role, {}};
  auto query = on_.prepare("SELECT DISTINCT group_name FROM group_people WHERE user = ? ORDER BY group_name");
  query.bind(name);
  while (query.next()) who.groups.push_back(query.text(0));
  return who;
}

}  // namespace modelgate::control::store
