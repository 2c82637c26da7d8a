#include "control/api/primehub/words.hpp"

#include "control/api/rest/problem.hpp"
#include "control/domain/document_reader.hpp"

#include <cmath>

namespace modelgate::control::primehub {
namespace {

namespace json = boost::json;

/// PrimeHub's sentence for the first thing that there is too little of, in the order in which it looks.
std::string quota_sentence(const std::vector<domain::quota_line>& lines) {
  using domain::quota_resource;
  constexpr std::pair<quota_resource, const char*> sentences[] = {
      {quota_resource::deployments, "Group Maximum Deployments exceeded"},
      {quota_resource::gpu, "Group Gpu Quota exceeded"},
      {quota_resource::cpu, "Group Cpu Quota exceeded"},
      {quota_resource::memory, "Group Memory exceeded"}};
  for (const auto& [resource, sentence] : sentences) {
    for (const domain::quota_line& line : lines) {
      if (line.resource == resource && line.exceeded) return sentence;
    }
  }
  return {};
}

/// Our member in PrimeHub's words.
std::string member_of(resource_kind kind, std::string member) {
  struct renamed {
    resource_kind kind;
    std::string_view ours;
    std::string_view theirs;
  };
  using enum resource_kind;
  constexpr renamed words[] = {{instance_type, "cpu", "cpuLimit"},
                               {instance_type, "memoryGiB", "memoryLimit"},
                               {instance_type, "gpu", "gpuLimit"},
                               {group, "quota/cpu", "projectQuotaCpu"},
                               {group, "quota/memoryGiB", "projectQuotaMemory"},
                               {group, "quota/gpu", "projectQuotaGpu"},
                               {group, "members", "users"},
                               {user, "name", "username"},
                               {user, "displayName", "firstName"},
                               {user, "role", "isAdmin"},
                               {user, "disabled", "enabled"}};
  if (member == "group") return "groupId";
  for (const renamed& each : words) {
    if (each.kind == kind && each.ours == member) return std::string{each.theirs};
  }
  return member;
}

std::string sentence_of(resource_kind kind, const diagnostic& mistake) {
  const bool whole = !mistake.detail.empty() && mistake.detail.front() >= 'A' && mistake.detail.front() <= 'Z';
  if (whole || mistake.where.empty()) return mistake.detail;
  return member_of(kind, mistake.where.substr(1)) + " " + mistake.detail;
}

graphql::fault fault_of_mistakes(resource_kind kind, const service::service_error& error, const std::string& code) {
  std::string sentence;
  for (const diagnostic& mistake : error.mistakes) {
    if (mistake.code == domain::mistake_code::illegal_env_name) return {mistake.detail, mistake.code};
    sentence += (sentence.empty() ? "" : "; ") + sentence_of(kind, mistake);
  }
  return {sentence.empty() ? error.detail : sentence, code};
}

/// A replica that has failed and is not well again.
bool has_failed(const domain::replica_status& replica) {
  using domain::replica_phase;
  const bool comes_up = replica.phase == replica_phase::starting || replica.phase == replica_phase::unready
                        || replica.phase == replica_phase::exited;
  return comes_up && replica.failure.cause != domain::failure_cause::none;
}

/// As Kubernetes tells of the container of a pod.
std::string container_state(const domain::replica_status& replica) {
  if (replica.failure.cause == domain::failure_cause::image) {
    return "Waiting, reason: ErrImagePull, message " + replica.reason;
  }
  // A model is fetched by a program of its own, which then ends with 1.
  const std::optional<int> code =
      replica.failure.cause == domain::failure_cause::model ? std::optional{1} : replica.failure.exit_code;
  std::string state = code == 0 ? "Terminated, reason: Completed" : "Terminated, reason: Error";
  state += ", message " + replica.reason;
  return code ? state + ", exit-code: " + std::to_string(*code) : state;
}

/// The first of PrimeHub's reasons that there is; empty: nothing has failed.
std::string failure_sentence(const std::vector<domain::replica_status>& replicas) {
  using domain::failure_cause;
  constexpr std::pair<failure_cause, const char*> sentences[] = {
      {failure_cause::model, "Failed because cannot successfully copy the model from the model URI."},
      {failure_cause::image, "Failed because of wrong image settings."},
      {failure_cause::program, "Failed because of pod is terminated"}};
  for (const auto& [cause, sentence] : sentences) {
    std::string details;
    for (const domain::replica_status& each : replicas) {
      if (!has_failed(each) || each.failure.cause != cause) continue;
      details += "\npod[" + each.name + "] failed\n  container state: " + container_state(each);
    }
    if (!details.empty()) return sentence + details;
  }
  return {};
}

}  // namespace

std::string message_of(const domain::deployment_status& status) {
  switch (status.phase) {
    case domain::deployment_phase::stopping:
      return "deployment is stopping";
    case domain::deployment_phase::stopped:
      return std::string{domain::has_stopped};
    case domain::deployment_phase::deployed:
      return "Deployment is deployed and available now";
    case domain::deployment_phase::deploying: {
      std::string sentence = failure_sentence(status.replicas);
      return sentence.empty() ? std::string{domain::not_available_yet} : sentence;
    }
    case domain::deployment_phase::failed:
      break;
  }
  const std::string sentence = status.refused ? std::string{} : failure_sentence(status.replicas);
  return sentence.empty() ? status.message : sentence;
}

std::vector<domain::replica_status> pods_of(const domain::deployment_status& status) {
  std::vector<domain::replica_status> pods = status.replicas;
  if (status.phase == domain::deployment_phase::stopping || status.phase == domain::deployment_phase::stopped) {
    std::erase_if(pods, [](const auto& each) { return each.phase == domain::replica_phase::exited; });
  }
  return pods;
}

graphql::fault fault_of(const service::service_error& error, resource_kind kind, const std::string& name) {
  const std::string code = rest::problem{error}.code;
  if (error.kind == service::failure::not_found && !name.empty()) {
    if (kind == resource_kind::deployment) return {"phdeployments.primehub.io \"" + name + "\" not found", code};
    if (kind == resource_kind::instance_type) return {"instancetypes.primehub.io \"" + name + "\" not found", code};
  }
  if (error.kind == service::failure::over_quota) {
    graphql::fault told{quota_sentence(error.quota), code};
    told.detail = error.detail;
    return told;
  }
  if (!error.mistakes.empty()) return fault_of_mistakes(kind, error, code);
  if (error.kind == service::failure::storage_unavailable) return {error.detail, "API_UNAVAILABLE"};
  return {error.detail, code};
}

graphql::resolved number(double value) {
  constexpr double largest_whole = 9'007'199'254'740'992.0;
  if (value == std::floor(value) && std::abs(value) < largest_whole) {
    return {json::value(static_cast<std::int64_t>(value))};
  }
  return {json::value(value)};
}

std::string in_seconds(system_time at) {
  const std::string precise = format_rfc3339(at);
  return precise.substr(0, precise.find('.')) + "Z";
}

const json::value* given(const json::object& in, std::string_view member) {
  const auto* value = in.if_contains(member);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string given_text(const json::object& in, std::string_view member) {
  const auto* value = given(in, member);
  return value == nullptr || !value->is_string() ? std::string{} : std::string{value->get_string()};
}

std::string where_id(const json::object& arguments) {
  const auto* where = given(arguments, "where");
  return where == nullptr ? std::string{} : given_text(where->get_object(), "id");
}

}  // namespace modelgate::control::primehub
