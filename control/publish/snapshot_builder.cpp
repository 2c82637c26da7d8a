#include "control/publish/snapshot_builder.hpp"

#include "control/publish/image_label.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <string>
#include <utility>

namespace modelgate::control::publish {
namespace {

using config::deployment_config;
using config::deployment_config_ptr;
using domain::deployment_spec;
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
    const image_label label = label_of(spec_, spec_.model_image);
    answer.model_image = label.image;
    answer.model_version = label.version;
    for (const domain::client& client : desired_.clients) {
      answer.clients.push_back({client.name, client.digest, client.expires_at, client.previous, client.created_at,
                                client.disabled, client.is_password, client.foreign_hash.value_or("")});
    }
    answer.serving = own_options();
    std::vector<served_replica> served = serves ? serving_ones(ready) : std::vector<served_replica>{};
    const deployment_spec& next = serves && desired_.fallback ? desired_.fallback->spec : spec_;
    answer.serving.protocol =
        served.empty() ? protocol_of(next, next.model_image).value_or(earlier_protocol()) : served.front().protocol;
    // What one of them must not bear, none is asked to: which of them gets a request, nobody knows before.
    const auto all_bear = [&](bool domain::serving_overrides::*what) {
      if (served.empty()) return next.serving.*what;
      return std::all_of(served.begin(), served.end(), [&](const auto& each) { return each.spec->serving.*what; });
    };
    answer.serving.idempotent = all_bear(&domain::serving_overrides::idempotent);
    answer.serving.hedge = all_bear(&domain::serving_overrides::hedge);
    for (const auto& [replica, spec, protocol] : served) {
      image_label shown = label_of(*spec, replica->model_image);
      answer.endpoints.push_back({replica->name, *replica->address, replica->revision, std::move(shown.image),
                                  std::move(shown.version), replica->tls_server_name,
                                  concurrency_of(*spec, replica->model_image)});
    }
    return answer;
  }

 private:
  /// A replica that is ready, and what it was started for.
  struct served_replica {
    const observed_replica* replica;
    const deployment_spec* spec;
    config::upstream_protocol protocol;
  };

  /// A request is made for one protocol: where replicas of two are ready, those of the one that more of them speak, so
  /// that never fewer than half serve; where it is as many, of the new one, and while nothing of that is ready, of the
  /// last good one.
  std::vector<served_replica> serving_ones(const std::vector<const observed_replica*>& ready) const {
    std::vector<served_replica> ones;
    for (const observed_replica* each : ready) {
      const deployment_spec& spec = spec_of(*each);
      ones.push_back({each, &spec, protocol_of(spec, each->model_image).value_or(as_it_was(*each))});
    }
    const auto speaks = [](config::upstream_protocol protocol) {
      return [protocol](const served_replica& each) { return each.protocol == protocol; };
    };
    const auto newest = std::find_if(ones.begin(), ones.end(), [&](const served_replica& each) {
      return each.spec == &spec_ && (spec_.external || each.replica->model_image == spec_.model_image);
    });
    const auto good = std::find_if(ones.begin(), ones.end(), [&](const served_replica& each) {
      return desired_.fallback && each.replica->revision == desired_.fallback->replica_revision;
    });
    const config::upstream_protocol preferred = newest != ones.end() ? newest->protocol
                                                : good != ones.end() ? good->protocol
                                                                     : earlier_protocol();
    const auto with_preferred = static_cast<std::size_t>(std::count_if(ones.begin(), ones.end(), speaks(preferred)));
    const bool holds_preferred = with_preferred * 2 >= ones.size();
    std::erase_if(ones, [&](const served_replica& each) { return speaks(preferred)(each) != holds_preferred; });
    return ones;
  }

  config::upstream_protocol earlier_protocol() const {
    return previous_ == nullptr ? config::upstream_protocol::seldon : previous_->serving.protocol;
  }

  /// One whose image was taken out of the catalogue while it runs goes on as it was: listed, or kept from the list by
  /// those that speak another protocol.
  config::upstream_protocol as_it_was(const observed_replica& replica) const {
    if (previous_ == nullptr || previous_->endpoints.empty()) return earlier_protocol();
    const image_label label = label_of_image(replica.model_image);
    const bool was_listed =
        std::any_of(previous_->endpoints.begin(), previous_->endpoints.end(), [&](const config::endpoint_config& each) {
          return each.model_image == label.image && each.model_version == label.version;
        });
    const bool was_seldon = earlier_protocol() == config::upstream_protocol::seldon;
    return was_listed == was_seldon ? config::upstream_protocol::seldon : config::upstream_protocol::passthrough;
  }

  /// How a model is called belongs to it: until replicas of the new one are there, those of the one before are called as
  /// they were.
  const deployment_spec& spec_of(const observed_replica& replica) const {
    if (replica.revision == desired_.deployment.current.replica_revision) return spec_;
    for (const domain::revision& each : desired_.earlier) {
      if (each.replica_revision == replica.revision) return each.spec;
    }
    return spec_;
  }

  static image_label label_of(const deployment_spec& spec, const std::string& image) {
    if (!spec.external) return label_of_image(image);
    // No image: what its metadata says of it, so that boards by model tell one external model from another.
    const auto told = [&spec](const char* key, std::string_view otherwise) {
      const auto entry = spec.metadata.find(key);
      return entry == spec.metadata.end() || entry->second.empty() ? std::string{otherwise} : entry->second;
    };
    return {told("model_image", domain::external_image), told("model_version", "")};
  }

  std::optional<runtime::image_description> describe(const deployment_spec& spec, const std::string& image) const {
    return images_(image, {desired_.deployment.group, spec.instance_type});
  }

  /// Absent: nobody says.
  std::optional<config::upstream_protocol> protocol_of(const deployment_spec& spec, const std::string& image) const {
    if (spec.serving.protocol) return *spec.serving.protocol;
    if (spec.external) return config::upstream_protocol::passthrough;
    if (const auto description = describe(spec, image)) return description->protocol;
    return std::nullopt;
  }

  std::optional<std::uint32_t> concurrency_of(const deployment_spec& spec, const std::string& image) const {
    if (spec.serving.concurrency || spec.external) return spec.serving.concurrency;
    const auto description = describe(spec, image);
    return description ? description->concurrency : std::nullopt;
  }

  /// What its owner says of the deployment, whatever model serves.
  config::serving_options own_options() const {
    const domain::serving_overrides& own = spec_.serving;
    config::serving_options options;
    options.timeout = own.timeout ? std::chrono::milliseconds{*own.timeout} : defaults_.timeout;
    options.max_body_bytes = own.max_body_bytes.value_or(defaults_.max_body_bytes);
    options.forward_authorization = own.forward_authorization;
    options.allow_upgrade = own.allow_upgrade;
    options.limit = domain::resolved(own.limits.together);
    options.client_limit = domain::resolved(own.limits.per_client);
    options.max_queue = own.max_queue.value_or(options.max_queue);
    if (own.queue_timeout) options.queue_timeout = *own.queue_timeout;
    return options;
  }

  const deployment_spec& spec_;
  const store::desired_deployment& desired_;
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

std::vector<std::size_t> every_place(std::size_t size) {
  std::vector<std::size_t> places(size);
  std::iota(places.begin(), places.end(), std::size_t{0});
  return places;
}

}  // namespace

config::snapshot build_snapshot(const std::vector<store::desired_ptr>& desired,
                                const std::vector<observed_replica>& observed, const image_lookup& images,
                                const serving_defaults& defaults, const config::snapshot* previous) {
  const auto ready = ready_by_deployment(observed);
  static const std::vector<const observed_replica*> none;

  config::snapshot answer;
  for (const store::desired_ptr& each : desired) {
    const store::desired_deployment& entry = *each;
    if (entry.deployment.deleting) continue;
    const deployment_config_ptr* old =
        previous == nullptr ? nullptr : config::find_deployment(*previous, entry.deployment.id);
    const deployment_config* old_config = old == nullptr ? nullptr : old->get();
    const auto replicas = ready.find(entry.deployment.id);
    deployment_config built = deployment_builder{entry, images, defaults, old_config}.build(
        replicas == ready.end() ? none : replicas->second);
    if (old_config != nullptr && is_same(*old_config, built)) {
      answer.deployments.push_back(*old);
    } else {
      answer.deployments.push_back(std::make_shared<const deployment_config>(std::move(built)));
    }
  }
  return answer;
}

bool snapshot_builder::update(const std::vector<store::desired_ptr>& desired,
                              const std::vector<observed_replica>& observed, const serving_defaults& defaults) {
  const bool same_defaults = std::exchange(defaults_, defaults) == defaults;
  const bool same_desired = desired == desired_;  // the pointers
  ready_replicas ready = ready_of(observed);
  std::vector<std::size_t> stale;
  if (!same_desired) stale = take_over(desired);
  if (ready != ready_) add_where_ready_differs(ready, stale);
  ready_ = std::move(ready);
  const bool is_idle = same_desired && same_defaults && stale.empty();
  if (is_idle && !images_differ()) return false;
  if (is_idle || !same_defaults) stale = every_place(desired_.size());
  // What an image is heard to say differently now, it says to all of its deployments.
  if (build(stale, observed)) static_cast<void>(build(every_place(desired_.size()), observed));
  return take_made();
}

snapshot_builder::ready_replicas snapshot_builder::ready_of(const std::vector<observed_replica>& observed) {
  ready_replicas answer;
  for (const auto& [deployment, replicas] : ready_by_deployment(observed)) {
    auto& of_this = answer[std::string{deployment}];
    for (const observed_replica* each : replicas) {
      of_this.push_back(
          {{each->name, *each->address, each->revision, {}, {}, each->tls_server_name, {}}, each->model_image});
    }
  }
  return answer;
}

/// Goes on from the list before to this one, with what was made of those that are in both. Places of those that have
/// changed or are new.
std::vector<std::size_t> snapshot_builder::take_over(const std::vector<store::desired_ptr>& desired) {
  std::vector<std::size_t> stale;
  std::vector<deployment_config_ptr> made;
  made.reserve(desired.size());
  std::size_t old = 0;
  for (const store::desired_ptr& each : desired) {
    const std::string& id = each->deployment.id;
    while (old < desired_.size() && desired_[old] != each && desired_[old]->deployment.id < id) ++old;
    const bool is_same = old < desired_.size() && desired_[old] == each;
    const bool is_known = is_same || (old < desired_.size() && desired_[old]->deployment.id == id);
    if (!is_same) stale.push_back(made.size());
    made.push_back(is_known ? std::move(made_[old]) : nullptr);
    if (is_known) ++old;
  }
  made_ = std::move(made);
  desired_ = desired;
  return stale;
}

void snapshot_builder::add_where_ready_differs(const ready_replicas& ready, std::vector<std::size_t>& stale) const {
  const auto add_those_of = [&](const ready_replicas& some, const ready_replicas& others) {
    for (const auto& [id, replicas] : some) {
      const auto other = others.find(id);
      if (other != others.end() && other->second == replicas) continue;
      const auto place = std::lower_bound(
          desired_.begin(), desired_.end(), id,
          [](const store::desired_ptr& each, const std::string& wanted) { return each->deployment.id < wanted; });
      if (place != desired_.end() && (*place)->deployment.id == id)
        stale.push_back(static_cast<std::size_t>(place - desired_.begin()));
    }
  };
  add_those_of(ready, ready_);
  add_those_of(ready_, ready);
  std::sort(stale.begin(), stale.end());
  stale.erase(std::unique(stale.begin(), stale.end()), stale.end());
}

snapshot_builder::image_word snapshot_builder::word_of(const std::optional<runtime::image_description>& image) {
  if (!image) return std::nullopt;
  return std::pair{image->protocol, image->concurrency};
}

bool snapshot_builder::images_differ() const {
  return std::any_of(heard_.begin(), heard_.end(), [this](const auto& heard) {
    const auto& [image, group, instance_type] = heard.first;
    return word_of(images_(image, {group, instance_type})) != heard.second;
  });
}

/// Makes those at these places anew. Whether an image was heard to say something else than it told others.
bool snapshot_builder::build(const std::vector<std::size_t>& stale, const std::vector<observed_replica>& observed) {
  if (stale.size() == desired_.size()) heard_.clear();
  bool differs = false;
  std::map<image_question, std::optional<runtime::image_description>> told;  // each is asked once
  const image_lookup ask = [&](std::string_view image, const runtime::placement& where) {
    image_question question{image, where.group, where.instance_type};
    auto known = told.find(question);
    if (known == told.end()) {
      known = told.emplace(std::move(question), images_(image, where)).first;
      const image_word word = word_of(known->second);
      const auto [heard, is_new] = heard_.try_emplace(known->first, word);
      differs = differs || (!is_new && heard->second != word);
      heard->second = word;
    }
    return known->second;
  };
  std::vector<store::desired_ptr> wanted;
  wanted.reserve(stale.size());
  for (const std::size_t place : stale) wanted.push_back(desired_[place]);
  config::snapshot part = build_snapshot(wanted, observed, ask, defaults_, &built_);
  auto next = part.deployments.begin();
  for (const std::size_t place : stale) {
    made_[place] = desired_[place]->deployment.deleting ? nullptr : std::move(*next++);
  }
  return differs;
}

/// Whether what is listed differs from before.
bool snapshot_builder::take_made() {
  std::vector<deployment_config_ptr>& listed = built_.deployments;
  std::size_t size = 0;
  bool differs = false;
  for (const deployment_config_ptr& each : made_) {
    if (!each) continue;
    if (size == listed.size()) listed.emplace_back();
    differs = differs || listed[size] != each;
    listed[size++] = each;
  }
  differs = differs || size != listed.size();
  listed.resize(size);
  return differs;
}

}  // namespace modelgate::control::publish
