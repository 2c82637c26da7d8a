#include "control/api/primehub/caller.hpp"

#include "control/api/rest/endpoint_url.hpp"
#include "control/service/account_service.hpp"
#include "control/service/instance_type_service.hpp"

#include <algorithm>

namespace modelgate::control::primehub {
namespace {

/// Nothing in it may change what a URL means. Source: RFC 9110 section 7.2.
bool is_plain_authority(std::string_view text) {
  return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
           || std::string_view{".-_[]:"}.find(c) != std::string_view::npos;
  });
}

}  // namespace

std::string own_address(const http_io::request& request, const rest::rest_options& options) {
  if (std::string configured = options.view().own_url; !configured.empty()) return configured;
  const std::string_view host = request.fields.get("Host");
  return std::string{options.secure ? "https://" : "http://"}.append(is_plain_authority(host) ? host : "127.0.0.1");
}

domain::audit_event caller::event_of(std::string_view field) const {
  domain::audit_event event;
  event.user = who_.user;
  event.credential = who_.credential;
  event.peer = request_.peer;
  event.method = request_.method;
  event.path = "/graphql/" + std::string{field};
  event.request_id = request_id_;
  return event;
}

std::string caller::endpoint_of(const std::string& deployment) const {
  return rest::endpoint_url(all_.options.view().public_url, request_.fields.get("Host"), all_.options.prediction,
                            deployment);
}

std::string caller::log_endpoint_of(const std::string& replica) const {
  return own_address(request_, all_.options) + "/api/logs/namespaces/hub/phdeployments/" + replica;
}

service::answer<const std::vector<service::group_view>*> caller::groups() const {
  if (!groups_) {
    auto all = service::group_service{all_.context}.list(who_);
    if (!all) return all.error();
    groups_ = std::move(*all);
  }
  return &*groups_;
}

service::answer<const std::map<std::string, domain::instance_type>*> caller::instance_types() const {
  if (!instance_types_) {
    auto all = service::instance_type_service{all_.context}.list(who_);
    if (!all) return all.error();
    auto& known = instance_types_.emplace();
    for (domain::instance_type& each : *all) {
      std::string name = each.name;
      known.emplace(std::move(name), std::move(each));
    }
  }
  return &*instance_types_;
}

const domain::user* caller::find_user(const std::string& name) const {
  if (!users_) {
    const service::account_service accounts{all_.context, all_.logins};
    auto& known = users_.emplace();
    if (auto all = accounts.list_users(who_)) {
      for (domain::user& each : *all) known.emplace(each.name, each);
    } else if (auto own = accounts.me(who_)) {
      known.emplace(own->user.name, own->user);
    }
  }
  const auto found = users_->find(name);
  return found == users_->end() ? nullptr : &found->second;
}

}  // namespace modelgate::control::primehub
