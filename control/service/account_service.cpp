#include "control/service/account_service.hpp"

#include "control/domain/account_document.hpp"
#include "control/domain/limits.hpp"
#include "control/store/access_token_store.hpp"
#include "control/store/group_store.hpp"
#include "control/store/session_store.hpp"
#include "control/store/user_store.hpp"

#include "modelgate/base/ids.hpp"

#include <algorithm>

namespace modelgate::control::service {
namespace {

constexpr std::size_t token_id_length = 12;

/// Errors: conflict when nobody could administer any more.
answer<void> check_way_in(store::transaction& within, system_time now) {
  if (store::user_store{within}.count_ways_to_administer(now) > 0) return {};
  return service_error{failure::conflict,
                       "nobody could administer any more: this is the last platform administrator with a password or a "
                       "token of full rights; make another one first"};
}

service_error not_with_this_token() {
  return {failure::forbidden, "a token that may less than its user cannot change users, passwords and tokens"};
}

/// What only a platform administrator changes of a user.
bool changes_rights(const domain::user& user, const domain::user_change& asked) {
  return (asked.role && *asked.role != user.role) || (asked.disabled && *asked.disabled != user.disabled);
}

/// Names of groups that the token's user may not know are told like names of none.
void check_token_groups(store::transaction& within, const domain::principal& who,
                        const std::optional<std::vector<std::string>>& groups, diagnostics& mistakes) {
  if (!groups) return;
  const store::group_store all{within};
  for (std::size_t i = 0; i < groups->size(); ++i) {
    const std::string& name = (*groups)[i];
    const std::string where = domain::pointer_to("/groups", i);
    if (domain::concerns(mistakes, where) || (who.may_act_on_group(name) && all.find(name))) continue;
    mistakes.push_back({where, std::string{domain::mistake_code::unknown_group}, "Group not found: " + name});
  }
}

answer<account_view> view_of(store::transaction& within, const std::string& name) {
  auto user = store::user_store{within}.find(name);
  if (!user) return not_found("user", name);
  account_view view{std::move(*user), {}};
  for (const domain::group& group : store::group_store{within}.list()) {
    const bool admin = std::binary_search(group.admins.begin(), group.admins.end(), name);
    if (!admin && !std::binary_search(group.members.begin(), group.members.end(), name)) continue;
    view.groups.push_back({group.name, group.display_name, admin});
  }
  return view;
}

}  // namespace

answer<account_view> account_service::me(const domain::principal& who) const {
  return context_.database.read([&](store::transaction& within) {
    auto view = view_of(within, who.user);
    if (!view) return view;
    view->read_only = who.read_only;
    view->token_groups = who.token_groups;
    std::erase_if(view->groups, [&](const membership& each) { return !who.may_act_on_group(each.group); });
    return view;
  });
}

answer<std::vector<domain::user>> account_service::list_users(const domain::principal& who) const {
  if (!who.is_platform_admin()) return not_authorised();
  return context_.database.read([&](store::transaction& within) -> answer<std::vector<domain::user>> {
    return store::user_store{within}.list();
  });
}

answer<account_view> account_service::get_user(const domain::principal& who, const std::string& name) const {
  if (!who.is_platform_admin() && name != who.user) return not_authorised();
  return context_.database.read([&](store::transaction& within) { return view_of(within, name); });
}

answer<domain::user> account_service::create_user(const domain::principal& who,
                                                  const boost::json::value& document,
                                                  const membership_change& groups) const {
  if (!who.is_platform_admin()) return not_authorised();
  auto read = domain::read_user(document);
  if (!read.ok()) return invalid(std::move(read.mistakes));
  domain::user& user = read.value.account;
  user.created_at = context_.now();
  std::optional<std::string> hash;
  if (read.value.password) {
    auto made = logins_.hash(*read.value.password);
    if (!made) return made.error();
    hash = std::move(*made);
  }
  return context_.database.write([&](store::transaction& within) -> answer<domain::user> {
    store::user_store users{within};
    if (users.find(user.name)) {
      return service_error{failure::conflict, "Resource name already exist: there is a user \"" + user.name + "\""};
    }
    users.insert(user);
    if (hash) users.set_password_hash(user.name, hash);
    if (auto done = change_memberships(within, who, user.name, groups); !done) return done.error();
    return user;
  });
}

answer<void> account_service::prove_old_password(const domain::user& user, const std::optional<std::string>& hash,
                                                 const domain::user_change& asked, const std::string& address) const {
  if (!hash) return {};  // the first one
  const auto mistaken = [](std::string_view code, const char* sentence) {
    return invalid({{"/oldPassword", std::string{code}, sentence}});
  };
  if (!asked.old_password) return mistaken(domain::mistake_code::required, "is needed: the password that holds now");
  const auto fits = logins_.knows_password(user.name, hash, *asked.old_password, address);
  if (!fits) return fits.error();
  if (!*fits) return mistaken(domain::mistake_code::wrong_password, "is not the password that holds now");
  return {};
}

answer<account_view> account_service::patch_user(const domain::principal& who, const std::string& name,
                                                 const boost::json::value& patch, const std::string& address) const {
  return amend_user(who, name, [&](const domain::user&) { return patch; }, address, {});
}

answer<account_view> account_service::amend_user(const domain::principal& who, const std::string& name,
                                                 const patch_maker& patch_of, const std::string& address,
                                                 const membership_change& groups) const {
  const bool own = name == who.user;
  if (!who.is_platform_admin() && !own) return not_authorised();
  if (!who.has_full_rights()) return not_with_this_token();
  struct before {
    domain::user user;
    std::optional<std::string> hash;
  };
  const auto current = context_.database.read([&](store::transaction& within) -> answer<before> {
    const store::user_store users{within};
    auto user = users.find(name);
    if (!user) return not_found("user", name);
    return before{std::move(*user), users.password_hash(name)};
  });
  if (!current) return current.error();
  const auto read = domain::read_user_patch(current->user, patch_of(current->user));
  if (!read.ok()) return invalid(read.mistakes);
  const domain::user_change& asked = read.value;
  if (!who.is_platform_admin() && changes_rights(current->user, asked)) return not_authorised();

  // What takes long comes before the transaction.
  const bool other_password = asked.password || asked.removes_password;
  if (own && other_password) {
    if (auto proven = prove_old_password(current->user, current->hash, asked, address); !proven) return proven.error();
  }
  std::optional<std::string> hash;
  if (asked.password) {
    auto made = logins_.hash(*asked.password);
    if (!made) return made.error();
    hash = std::move(*made);
  }
  return context_.database.write([&](store::transaction& within) -> answer<account_view> {
    store::user_store users{within};
    auto user = users.find(name);
    if (!user) return not_found("user", name);
    if (own && other_password && users.password_hash(name) != current->hash) {
      return service_error{failure::conflict, "the password was changed meanwhile; look again"};
    }
    const auto again = domain::read_user_patch(*user, patch_of(*user));
    if (!again.ok()) return invalid(again.mistakes);
    user->display_name = again.value.display_name.value_or(user->display_name);
    user->role = asked.role.value_or(user->role);
    user->disabled = asked.disabled.value_or(user->disabled);
    users.update(*user);
    if (other_password) users.set_password_hash(name, hash);
    const bool all_end = user->disabled || !own;
    if (other_password || user->disabled) {
      store::session_store{within}.erase_others(name, all_end ? std::nullopt : who.session);
    }
    if (auto done = change_memberships(within, who, name, groups); !done) return done.error();
    if (auto remains = check_way_in(within, context_.now()); !remains) return remains.error();
    return view_of(within, name);
  });
}

answer<void> account_service::remove_user(const domain::principal& who, const std::string& name) const {
  if (!who.is_platform_admin()) return not_authorised();
  return context_.database.write([&](store::transaction& within) -> answer<void> {
    store::user_store users{within};
    if (!users.find(name)) return not_found("user", name);
    users.erase(name);
    return check_way_in(within, context_.now());
  });
}

answer<std::vector<domain::access_token>> account_service::list_tokens(const domain::principal& who,
                                                                       const std::optional<std::string>& user) const {
  if (user && *user != who.user && !who.is_platform_admin()) return not_authorised();
  const auto whose = user || who.is_platform_admin() ? user : std::optional{who.user};
  return context_.database.read([&](store::transaction& within) -> answer<std::vector<domain::access_token>> {
    auto tokens = store::access_token_store{within}.list(whose);
    for (domain::access_token& each : tokens) {
      if (const auto used = logins_.last_use_of_token(each.id)) each.last_used_at = used;
    }
    return tokens;
  });
}

answer<domain::access_token> account_service::get_token(const domain::principal& who, const std::string& id) const {
  return context_.database.read([&](store::transaction& within) -> answer<domain::access_token> {
    auto token = store::access_token_store{within}.find(id);
    if (!token || (token->user != who.user && !who.is_platform_admin())) return not_found("token", id);
    if (const auto used = logins_.last_use_of_token(id)) token->last_used_at = used;
    return std::move(*token);
  });
}

answer<created_token> account_service::create_token(const domain::principal& who,
                                                    const boost::json::value& document) const {
  if (!who.has_full_rights()) return not_with_this_token();
  auto read = domain::read_token(document, context_.now());
  const std::string user = read.value.user.value_or(who.user);
  if (user != who.user && !who.is_platform_admin()) return not_authorised();

  created_token created{{}, crypto::generate_token(crypto::token_kind::api)};
  domain::access_token& record = created.record;
  record.id = random_name_suffix(token_id_length);
  record.name = read.value.name;
  record.user = user;
  record.digest = context_.key.hash(created.token.reveal());
  record.prefix = crypto::display_prefix(created.token.reveal());
  record.created_at = context_.now();
  record.expires_at = read.value.expires_at;
  record.read_only = read.value.read_only;
  record.groups = read.value.groups;

  const auto done = context_.database.write([&](store::transaction& within) -> answer<void> {
    if (!domain::concerns(read.mistakes, "/user") && !store::user_store{within}.find(user)) {
      read.mistakes.push_back(
          {"/user", std::string{domain::mistake_code::unknown_user}, "there is no user \"" + user + "\""});
    }
    check_token_groups(within, who, record.groups, read.mistakes);
    if (!read.ok()) return invalid(read.mistakes);
    store::access_token_store tokens{within};
    if (tokens.list(user).size() >= domain::limits::tokens_per_user) {
      return service_error{failure::conflict, "the user has " + std::to_string(domain::limits::tokens_per_user)
                                                  + " tokens, which is as many as there may be; delete one first"};
    }
    tokens.insert(record);
    return {};
  });
  if (!done) return done.error();
  return created;
}

answer<void> account_service::remove_token(const domain::principal& who, const std::string& id) const {
  return context_.database.write([&](store::transaction& within) -> answer<void> {
    store::access_token_store tokens{within};
    const auto record = tokens.find(id);
    if (!record || (record->user != who.user && !who.is_platform_admin())) return not_found("token", id);
    if (!who.has_full_rights()) return not_with_this_token();
    tokens.erase(id);
    return check_way_in(within, context_.now());
  });
}

}  // namespace modelgate::control::service
