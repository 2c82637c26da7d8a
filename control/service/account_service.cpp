#include "control/service/account_service.hpp"

#include "control/domain/account_document.hpp"
#include "control/domain/limits.hpp"
#include "control/store/access_token_store.hpp"
#include "control/store/group_store.hpp"
#include "control/store/user_store.hpp"

#include "modelgate/base/ids.hpp"

#include <algorithm>

namespace modelgate::control::service {
namespace {

constexpr std::size_t token_id_length = 12;

service_error last_way_in(const char* sentence) {
  return {failure::conflict, sentence};
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
  return context_.database.read([&](store::transaction& within) { return view_of(within, who.user); });
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
                                                  const boost::json::value& document) const {
  if (!who.is_platform_admin()) return not_authorised();
  auto read = domain::read_user(document);
  if (!read.ok()) return invalid(std::move(read.mistakes));
  read.value.created_at = context_.now();
  return context_.database.write([&](store::transaction& within) -> answer<domain::user> {
    store::user_store users{within};
    if (users.find(read.value.name)) {
      return service_error{failure::conflict,
                           "Resource name already exist: there is a user \"" + read.value.name + "\""};
    }
    users.insert(read.value);
    return read.value;
  });
}

answer<void> account_service::remove_user(const domain::principal& who, const std::string& name) const {
  if (!who.is_platform_admin()) return not_authorised();
  return context_.database.write([&](store::transaction& within) -> answer<void> {
    store::user_store users{within};
    if (!users.find(name)) return not_found("user", name);
    users.erase(name);
    if (users.count_admins() == 0 || store::access_token_store{within}.count_of_admins(context_.now()) == 0) {
      return last_way_in("this is the last platform administrator with a token; make another one first");
    }
    return {};
  });
}

answer<std::vector<domain::access_token>> account_service::list_tokens(const domain::principal& who,
                                                                       const std::optional<std::string>& user) const {
  if (user && *user != who.user && !who.is_platform_admin()) return not_authorised();
  const auto whose = user || who.is_platform_admin() ? user : std::optional{who.user};
  return context_.database.read([&](store::transaction& within) -> answer<std::vector<domain::access_token>> {
    return store::access_token_store{within}.list(whose);
  });
}

answer<created_token> account_service::create_token(const domain::principal& who,
                                                    const boost::json::value& document) const {
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

  const auto done = context_.database.write([&](store::transaction& within) -> answer<void> {
    if (!domain::concerns(read.mistakes, "/user") && !store::user_store{within}.find(user)) {
      read.mistakes.push_back(
          {"/user", std::string{domain::mistake_code::unknown_user}, "there is no user \"" + user + "\""});
    }
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
    tokens.erase(id);
    if (tokens.count_of_admins(context_.now()) == 0) {
      return last_way_in("this is the last token of a platform administrator; make another one first");
    }
    return {};
  });
}

}  // namespace modelgate::control::service
