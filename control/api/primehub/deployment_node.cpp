#include "control/api/primehub/deployment_node.hpp"

#include "control/api/primehub/administration_nodes.hpp"
#include "control/api/primehub/words.hpp"
#include "control/service/client_service.hpp"

#include <unordered_map>

namespace modelgate::control::primehub {
namespace {

namespace json = boost::json;
using graphql::resolution;
using graphql::resolved;

constexpr std::size_t most_history = 32;

/// What controllers of Kubernetes call it.
const char* pod_phase(domain::replica_phase phase) {
  switch (phase) {
    case domain::replica_phase::starting:
      return "Pending";
    case domain::replica_phase::ready:
      return "Running";
    case domain::replica_phase::unready:
      return "Running";
    case domain::replica_phase::draining:
      return "Running";
    case domain::replica_phase::stopping:
      return "Running";
    case domain::replica_phase::exited:
      return "Failed";
  }
  return "Unknown";
}

/// What is asked for is told before it has become so.
std::string_view told_status(const domain::deployment& of, domain::deployment_phase phase) {
  using domain::deployment_phase;
  if (of.deleting) return to_string(deployment_phase::stopping);
  if (of.current.spec.stop) return to_string(phase == deployment_phase::stopped ? phase : deployment_phase::stopping);
  const bool settled = phase == deployment_phase::deployed || phase == deployment_phase::failed;
  return to_string(settled ? phase : deployment_phase::deploying);
}

resolved names_of(const std::vector<std::string>& names) {
  std::vector<resolved> nodes;
  for (const std::string& name : names) nodes.emplace_back(make_record({{"name", text(name)}}));
  return nodes;
}

/// What a deployment and an entry of its history have in common.
class spec_node : public graphql::object {
 public:
  spec_node(const caller& by, domain::revision revision) : by_{by}, revision_{std::move(revision)} {}

  resolution get(std::string_view field, const json::object&) const override {
    static const std::unordered_map<std::string_view, resolution (*)(const spec_node&)> fields{
        {"description", [](const spec_node& of) -> resolution { return text_or_null(of.spec().description); }},
        {"updateMessage", [](const spec_node& of) -> resolution { return text_or_null(of.revision_.update_message); }},
        {"metadata", [](const spec_node& of) -> resolution { return of.metadata(); }},
        {"stop", [](const spec_node& of) -> resolution { return yes_or_no(of.spec().stop); }},
        {"userId", [](const spec_node& of) -> resolution { return text(of.revision_.created_by); }},
        {"userName", [](const spec_node& of) -> resolution { return text(of.revision_.created_by); }},
        {"modelImage",
         [](const spec_node& of) -> resolution {
           return text(of.spec().external ? domain::external_image : std::string_view{of.spec().model_image});
         }},
        {"modelURI", [](const spec_node& of) -> resolution { return text_or_null(of.spec().model_uri.value_or("")); }},
        {"replicas", [](const spec_node& of) -> resolution { return count(of.spec().replicas); }},
        {"imagePullSecret",
         [](const spec_node& of) -> resolution {
           if (!of.spec().image_pull_secret) return resolved{};
           return text(pull_secret_id(*of.spec().image_pull_secret));
         }},
        {"instanceType",
         [](const spec_node& of) -> resolution {
           if (of.spec().instance_type.empty()) return resolved{};
           return instance_type_named(of.by_, of.spec().instance_type);
         }},
        {"lastUpdatedTime",
         [](const spec_node& of) -> resolution { return text(format_rfc3339(of.revision_.created_at)); }},
        {"env", [](const spec_node& of) -> resolution { return of.env(); }},
        {"endpointAccessType", [](const spec_node& of) -> resolution {
           return text(of.spec().access == config::access_type::clients ? "private" : "public");
         }}};
    const auto found = fields.find(field);
    return found == fields.end() ? resolution{resolved{}} : found->second(*this);
  }

 protected:
  [[nodiscard]] const caller& by() const noexcept { return by_; }
  [[nodiscard]] const domain::deployment_spec& spec() const noexcept { return revision_.spec; }

 private:
  [[nodiscard]] resolved metadata() const {
    json::object entries;
    for (const auto& [key, value] : spec().metadata) entries.emplace(key, value);
    return {json::value(std::move(entries))};
  }

  [[nodiscard]] resolved env() const {
    std::vector<resolved> nodes;
    for (const domain::env_variable& each : spec().env) {
      nodes.emplace_back(make_record({{"name", text(each.name)}, {"value", text(each.value)}}));
    }
    return nodes;
  }

  const caller& by_;
  const domain::revision revision_;
};

/// An entry of a history. Nothing of it runs, so that there is no status.
class history_node : public spec_node {
 public:
  history_node(const caller& by, const domain::deployment& of, domain::recorded_revision then)
      : spec_node{by, then},
        id_{of.id + "-" + in_seconds(then.created_at)},
        name_{of.name},
        group_{of.group},
        clients_{then.then.clients.value_or(std::vector<std::string>{})} {}

  resolution get(std::string_view field, const json::object& arguments) const override {
    if (field == "id") return text(id_);
    if (field == "name") return text(name_);
    if (field == "groupId" || field == "groupName") return text(group_);
    if (field == "endpointClients") return names_of(clients_);
    if (field == "pods" || field == "history") return resolved{std::vector<resolved>{}};
    return spec_node::get(field, arguments);
  }

 private:
  std::string id_;
  std::string name_;
  std::string group_;
  std::vector<std::string> clients_;
};

class deployment_object : public spec_node {
 public:
  deployment_object(const caller& by, service::deployment_view view, bool made_now)
      : spec_node{by, view.deployment.current}, view_{std::move(view)}, made_now_{made_now} {}

  resolution get(std::string_view field, const json::object& arguments) const override {
    const domain::deployment& deployment = view_.deployment;
    if (field == "id") return text(deployment.id);
    if (field == "name") return text(deployment.name);
    if (field == "groupId" || field == "groupName") return text(deployment.group);
    if (field == "status") return text(told_status(deployment, view_.status.phase));
    if (field == "creationTime") return text(in_seconds(deployment.created_at));
    if (field == "message") return made_now_ ? resolved{} : text(message_of(view_.status));
    if (field == "endpoint") return made_now_ ? resolved{} : text(by().endpoint_of(deployment.id));
    if (field == "availableReplicas") return made_now_ ? resolved{} : count(view_.status.available_replicas);
    if (field == "pods") return pods();
    if (field == "history") return history();
    if (field == "endpointClients") return clients();
    return spec_node::get(field, arguments);
  }

 private:
  [[nodiscard]] resolved pods() const {
    std::vector<resolved> nodes;
    for (const domain::replica_status& each : pods_of(view_.status)) {
      nodes.emplace_back(make_record({{"name", text(each.name)},
                                      {"phase", text(pod_phase(each.phase))},
                                      {"logEndpoint", text(by().log_endpoint_of(each.name))}}));
    }
    return nodes;
  }

  [[nodiscard]] resolution history() const {
    const std::string& id = view_.deployment.id;
    const auto all = service::deployment_service{by().context()}.history(by().who(), id);
    if (!all) return fault_of(all.error(), resource_kind::deployment, id);
    std::vector<resolved> nodes;
    for (const domain::recorded_revision& each : *all) {
      if (nodes.size() == most_history) break;
      nodes.emplace_back(make_record(
          {{"time", text(in_seconds(each.created_at))},
           {"deployment", graphql::object_ptr{std::make_shared<history_node>(by(), view_.deployment, each)}}}));
    }
    return resolved{std::move(nodes)};
  }

  [[nodiscard]] resolution clients() const {
    const std::string& id = view_.deployment.id;
    const auto names = service::client_service{by().context()}.names(by().who(), id);
    if (!names) return fault_of(names.error(), resource_kind::deployment, id);
    return names_of(*names);
  }

  const service::deployment_view view_;
  const bool made_now_;
};

}  // namespace

graphql::object_ptr deployment_node(const caller& by, service::deployment_view view, bool made_now) {
  return std::make_shared<deployment_object>(by, std::move(view), made_now);
}

graphql::object_ptr deleted_deployment_node(const std::string& id) {
  return make_record({{"id", text(id)}, {"pods", std::vector<resolved>{}}});
}

graphql::resolution instance_type_named(const caller& by, const std::string& name) {
  const auto known = by.instance_types();
  if (!known) return fault_of(known.error());
  const auto found = (*known)->find(name);
  if (found != (*known)->end()) return resolved{instance_type_node(by, found->second)};
  return resolved{
      make_record({{"id", text(name + "-not-found")}, {"name", text(name)}, {"tolerations", std::vector<resolved>{}}})};
}

}  // namespace modelgate::control::primehub
