#include "control/publish/snapshot_builder.hpp"

#include "control/publish/image_label.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace modelgate::control::publish {
namespace {

using config::deployment_config;
using config::deployment_config_ptr;
using config::endpoint_config;
using runtime::observed_replica;

bool is_same(const config::client_credential& a, const config::client_credential& b) {
  const bool same_before =
      a.previous.has_value() == b.previous.has_value()
      && (!a.previous
          || (a.previous->digest.equal(b.previous->digest) && a.previous->until == b.previous->until
              && a.previous->is_password == b.previous->is_password));
  return a.name == b.name && a.digest.equal(b.digest) && a.expires_at == b.expires_at && same_before
         && a.created_at == b.created_at && a.is_disabled == b.is_disabled && a.is_password == b.is_password
         && a.foreign_hash == b.foreign_hash;
}

bool is_same(const deployment_config& a, const deployment_config& b) {
  return a.id == b.id && a.state == b.state && a.access == b.access && a.serving == b.serving
         && a.predictor_version == b.predictor_version && a.model_image == b.model_image
         && a.model_version == b.model_version && a.endpoints == b.endpoints && a.group == b.group
         && a.group_limit == b.group_limit
         && std::equal(a.clients.begin(), a.clients.end(), b.clients.begin(), b.clients.end(),
                       [](const auto& x, const auto& y) { return is_same(x, y); });
}

/// Builds one deployment's entry.
class deployment_builder {
 public:
  deployment_builder(const store::desired_deployment& desired, const image_lookup& images,
                     const serving_defaults& defaults, const deployment_config* previous)
      : spec_{desired.deployment.current.spec},
        desired_{desired},
        where_{desired.deployment.group, spec_.instance_type},
        images_{images},
        defaults_{defaults},
        previous_{previous} {}

  deployment_config build(const std::vector<const observed_replica*>& ready) {
    const bool serves = !spec_.stop && desired_.refusal.empty();
    deployment_config answer;
    answer.id = desired_.deployment.id;
    answer.state = serves ? config::deployment_state::serving : config::deployment_state::stopped;
    answer.access = spec_.access;
    answer.group = desired_.deployment.group;
    answer.group_limit = domain::resolved(desired_.group_limit);
    if (const auto version = spec_.metadata.find("version"); version != spec_.metadata.end()) {
      answer.predictor_version = version->second;
    }
    const image_label label = label_of(spec_.model_image);
    answer.model_image = label.image;
    answer.model_version = label.version;
    for (const domain::client& client : desired_.clients) {
      answer.clients.push_back({client.name, client.digest, client.expires_at, client.previous, client.created_at,
                                client.disabled, client.is_password, client.foreign_hash.value_or("")});
    }
    const std::string& image = serves ? serving_image(ready) : spec_.model_image;
    answer.serving = options_of(image);
    if (!serves) return answer;
    for (const observed_replica* replica : ready) {
      if (protocol_of(replica->model_image) != answer.serving.protocol) continue;
      const image_label shown = label_of(replica->model_image);
      answer.endpoints.push_back(
          {replica->name, *replica->address, replica->revision, shown.image, shown.version, replica->tls_server_name});
    }
    return answer;
  }

 private:
  image_label label_of(const std::string& image) const {
    if (spec_.external) return {std::string{domain::external_image}, ""};  // no image, and so no version
    return label_of_image(image);
  }

  /// The image whose ways hold now: the new one, unless only replicas of an earlier one can answer yet.
  const std::string& serving_image(const std::vector<const observed_replica*>& ready) const {
    const bool has_new = std::any_of(ready.begin(), ready.end(), [&](const observed_replica* replica) {
      return replica->model_image == spec_.model_image;
    });
    return has_new || ready.empty() ? spec_.model_image : ready.front()->model_image;
  }

  config::upstream_protocol protocol_of(const std::string& image) const {
    if (spec_.serving.protocol) return *spec_.serving.protocol;
    if (spec_.external) return config::upstream_protocol::passthrough;
    if (const auto description = images_(image, where_)) return description->protocol;
    // Taken out of the catalogue while it runs: it goes on as it was.
    return previous_ != nullptr ? previous_->serving.protocol : config::upstream_protocol::seldon;
  }

  config::serving_options options_of(const std::string& image) const {
    const domain::serving_overrides& own = spec_.serving;
    config::serving_options options;
    options.protocol = protocol_of(image);
    options.timeout = own.timeout ? std::chrono::milliseconds{*own.timeout} : defaults_.timeout;
    options.max_body_bytes = own.max_body_bytes.value_or(defaults_.max_body_bytes);
    options.forward_authorization = own.forward_authorization;
    options.idempotent = own.idempotent;
    options.hedge = own.hedge;
    options.allow_upgrade = own.allow_upgrade;
    options.limit = domain::resolved(own.limits.together);
    options.client_limit = domain::resolved(own.limits.per_client);
    options.max_queue = own.max_queue.value_or(options.max_queue);
    if (own.queue_timeout) options.queue_timeout = *own.queue_timeout;
    options.concurrency = own.concurrency;
    if (!options.concurrency && !spec_.external) {
      if (const auto description = images_(image, where_)) options.concurrency = description->concurrency;
    }
    return options;
  }

  const domain::deployment_spec& spec_;
  const store::desired_deployment& desired_;
  const runtime::placement where_;
  const image_lookup& images_;
  const serving_defaults& defaults_;
  const deployment_config* previous_;
};

std::map<std::string_view, std::vector<const observed_replica*>> ready_by_deployment(
    const std::vector<observed_replica>& observed) {
  std::map<std::string_view, std::vector<const observed_replica*>> answer;
  for (const observed_replica& replica : observed) {
    if (replica.phase == domain::replica_phase::ready && replica.address)
      answer[replica.deployment].push_back(&replica);
  }
  for (auto& [deployment, replicas] : answer) {
    std::sort(replicas.begin(), replicas.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  }
  return answer;
}

}  // namespace

config::snapshot build_snapshot(const std::vector<store::desired_deployment>& desired,
                                const std::vector<observed_replica>& observed, const image_lookup& images,
                                const serving_defaults& defaults, const config::snapshot* previous) {
  std::map<std::string_view, deployment_config_ptr> before;
  if (previous != nullptr) {
    for (const deployment_config_ptr& deployment : previous->deployments) before[deployment->id] = deployment;
  }
  const auto ready = ready_by_deployment(observed);
  static const std::vector<const observed_replica*> none;

  config::snapshot answer;
  for (const store::desired_deployment& entry : desired) {
    if (entry.deployment.deleting) continue;
    const auto old = before.find(entry.deployment.id);
    const deployment_config* old_config = old == before.end() ? nullptr : old->second.get();
    const auto replicas = ready.find(entry.deployment.id);
    deployment_config built = deployment_builder{entry, images, defaults, old_config}.build(
        replicas == ready.end() ? none : replicas->second);
    if (old_config != nullptr && is_same(*old_config, built)) {
      answer.deployments.push_back(old->second);
    } else {
      answer.deployments.push_back(std::make_shared<const deployment_config>(std::move(built)));
    }
  }
  return answer;
}

}  // namespace modelgate::control::publish
