#include "control/service/membership_change.hpp"

#include "control/domain/group_document.hpp"
#include "control/store/group_store.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace modelgate::control::service {
namespace {

namespace json = boost::json;

answer<void> set_member(store::transaction& within, const domain::principal& who, const std::string& group,
                        const std::string& user, bool is_member) {
  store::group_store groups{within};
  const auto current = groups.find(group);
  if (!current || !who.may_act_on_group(group)) return not_found("group", group);
  if (!who.may_administer_group(group)) return not_authorised();
  json::array members;
  for (const std::string& each : current->members) {
    if (each != user) members.push_back(json::value(each));
  }
  if (is_member) members.push_back(json::value(user));
  // As a patch, so that the bounds of a group hold.
  auto read = domain::read_group_patch(*current, json::object{{"members", std::move(members)}});
  if (!read.ok()) return invalid(std::move(read.mistakes));
  groups.update(read.value);
  return {};
}

}  // namespace

answer<void> change_memberships(store::transaction& within, const domain::principal& who, const std::string& user,
                                const membership_change& asked) {
  for (const std::string& group : asked.join) {
    if (auto done = set_member(within, who, group, user, true); !done) return done.error();
  }
  for (const std::string& group : asked.leave) {
    if (auto done = set_member(within, who, group, user, false); !done) return done.error();
  }
  return {};
}

}  // namespace modelgate::control::service
