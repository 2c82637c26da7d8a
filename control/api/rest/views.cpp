#include "control/api/rest/views.hpp"

#include "control/domain/group_document.hpp"
#include "control/domain/units.hpp"

#include "modelgate/crypto/foreign_hash.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cmath>

namespace modelgate::control::rest {
namespace {

namespace json = boost::json;

json::value time_or_null(const std::optional<system_time>& time) {
  return time ? json::value(format_rfc3339(*time)) : json::value(nullptr);
}

json::value names_or_null(const std::optional<std::vector<std::string>>& names) {
  if (!names) return nullptr;
  json::array answer;
  for (const std::string& name : *names) answer.push_back(json::value(name));
  return answer;
}

json::value example(const std::optional<std::string>& text) {
  if (!text) return nullptr;
  boost::system::error_code broken;
  json::value parsed = json::parse(*text, broken);
  return broken ? json::value(*text) : parsed;
}

/// How the password is hashed that nobody has shown yet.
json::value imported_hash(const domain::client& client) {
  if (!client.foreign_hash) return nullptr;
  const auto scheme = crypto::inspect_foreign_hash(*client.foreign_hash);
  return scheme ? json::value(std::string{crypto::word(*scheme)}) : json::value(nullptr);
}

/// Null until both are known.
json::value usage_of(const domain::replica_status& replica) {
  if (!replica.usage || !replica.usage->cpu_cores) return nullptr;
  constexpr double thousand = 1'000;
  return json::object{{"cpu", std::round(*replica.usage->cpu_cores * thousand) / thousand},
                      {"memoryGiB", domain::gib_from_sum(static_cast<std::int64_t>(replica.usage->memory_bytes))}};
}

}  // namespace

json::object to_json(const domain::replica_status& replica) {
  return {{"name", replica.name},
          {"revision", replica.revision},
          {"phase", domain::to_string(replica.phase)},
          {"reason", replica.reason},
          {"since", format_rfc3339(replica.since)},
          {"limits", replica.limits},
          {"limitsBy", replica.limits_by},
          {"restarts", replica.restarts},
          {"usage", usage_of(replica)}};
}

json::object to_json(const domain::deployment_status& status) {
  json::array replicas;
  for (const domain::replica_status& replica : status.replicas) replicas.push_back(to_json(replica));
  return {{"phase", domain::to_string(status.phase)},
          {"message", status.message},
          {"availableReplicas", status.available_replicas},
          {"replicas", std::move(replicas)}};
}

json::object to_json(const service::deployment_view& view, const std::string& endpoint,
                     const domain::serving_defaults& defaults) {
  const domain::deployment& deployment = view.deployment;
  json::object document{{"id", deployment.id}, {"name", deployment.name}, {"group", deployment.group}};
  for (auto& member : domain::to_json(deployment.current.spec, &defaults)) {
    document.emplace(member.key(), std::move(member.value()));
  }
  document.emplace("updateMessage", deployment.current.update_message);
  document.emplace("revision", deployment.current.number);
  document.emplace("createdAt", format_rfc3339(deployment.created_at));
  document.emplace("createdBy", deployment.created_by);
  document.emplace("updatedAt", format_rfc3339(deployment.current.created_at));
  document.emplace("updatedBy", deployment.current.created_by);
  document.emplace("endpoint", endpoint);
  document.emplace("status", to_json(view.status));
  return document;
}

json::object to_json(const domain::recorded_revision& revision, const domain::serving_defaults& defaults) {
  json::object document{{"revision", revision.number},
                        {"updateMessage", revision.update_message},
                        {"createdAt", format_rfc3339(revision.created_at)},
                        {"createdBy", revision.created_by}};
  for (auto& member : domain::to_json(revision.then)) document.emplace(member.key(), std::move(member.value()));
  document.emplace("spec", domain::to_json(revision.spec, &defaults));
  return document;
}

json::array to_json(const std::vector<domain::quota_line>& lines) {
  json::array array;
  for (const domain::quota_line& line : lines) {
    const auto amount = [&](std::int64_t of) { return json::value(domain::in_api_unit(line.resource, of)); };
    array.push_back(json::object{{"resource", domain::to_string(line.resource)},
                                 {"requested", amount(line.requested)},
                                 {"used", amount(line.used)},
                                 {"limit", line.limit ? amount(*line.limit) : json::value(nullptr)}});
  }
  return array;
}

json::object to_json(const service::group_view& view) {
  json::object document = domain::to_json(view.group);
  document.emplace("usage", json::object{{"cpu", domain::from_thousandths(view.usage.total.cpu_milli)},
                                         {"memoryGiB", domain::gib_from_sum(view.usage.total.memory_bytes)},
                                         {"gpu", view.usage.total.gpu},
                                         {"deployments", view.usage.deployments}});
  return document;
}

json::object to_json(const service::client_view& view) {
  const domain::client& client = view.client;
  return {{"name", client.name},
          {"prefix", client.prefix},
          {"createdAt", format_rfc3339(client.created_at)},
          {"createdBy", client.created_by},
          {"expiresAt", time_or_null(client.expires_at)},
          {"disabled", client.disabled},
          {"previousUntil", client.previous ? time_or_null(client.previous->until) : json::value(nullptr)},
          {"lastUsedAt", time_or_null(view.last_used_at)},
          {"requests", view.requests},
          {"importedHash", imported_hash(client)}};
}

json::object to_json(const service::import_report& report) {
  const auto names = [](const std::vector<std::string>& of) {
    json::array array;
    for (const std::string& name : of) array.push_back(json::value(name));
    return array;
  };
  json::array skipped;
  for (const domain::htpasswd_flaw& flaw : report.skipped) {
    skipped.push_back(json::object{{"line", flaw.line},
                                   {"name", flaw.name.empty() ? json::value(nullptr) : json::value(flaw.name)},
                                   {"code", flaw.code},
                                   {"detail", flaw.detail}});
  }
  return {{"added", names(report.added)}, {"replaced", names(report.replaced)}, {"skipped", std::move(skipped)}};
}

json::object to_json(const service::created_client& created) {
  json::object document =
      to_json(service::client_view{created.client, created.client.last_used_at, created.client.requests});
  document.emplace("token", created.token.reveal());
  return document;
}

json::object to_json_without_token(const domain::client& created) {
  json::object document = to_json(service::client_view{created, created.last_used_at, created.requests});
  document.emplace("token", nullptr);
  document.emplace("tokenShown", true);
  return document;
}

json::object to_json(const domain::user& user) {
  return {
      {"name", user.name},         {"displayName", user.display_name}, {"role", domain::to_string(user.role)},
      {"disabled", user.disabled}, {"hasPassword", user.has_password}, {"createdAt", format_rfc3339(user.created_at)}};
}

json::object to_json(const service::account_view& view) {
  json::object document = to_json(view.user);
  json::array groups;
  for (const service::membership& each : view.groups) {
    groups.push_back(json::object{
        {"name", each.group}, {"displayName", each.display_name}, {"role", each.admin ? "admin" : "member"}});
  }
  document.emplace("groups", std::move(groups));
  if (view.read_only) document.emplace("readOnly", true);
  if (view.token_groups) document.emplace("tokenGroups", names_or_null(view.token_groups));
  return document;
}

json::object to_json(const domain::access_token& token) {
  return {{"id", token.id},
          {"name", token.name},
          {"user", token.user},
          {"prefix", token.prefix},
          {"readOnly", token.read_only},
          {"groups", names_or_null(token.groups)},
          {"createdAt", format_rfc3339(token.created_at)},
          {"expiresAt", time_or_null(token.expires_at)},
          {"lastUsedAt", time_or_null(token.last_used_at)}};
}

json::object to_json(const service::created_token& created) {
  json::object document = to_json(created.record);
  document.emplace("token", created.token.reveal());
  return document;
}

json::object to_json(const runtime::image_description& image) {
  return {{"image", image.image},
          {"description", image.description},
          {"protocol", image.protocol == config::upstream_protocol::seldon ? "seldon" : "passthrough"},
          {"healthPath", image.health_path},
          {"concurrency", image.concurrency ? json::value(*image.concurrency) : json::value(nullptr)},
          {"exampleRequest", example(image.example_request)}};
}

}  // namespace modelgate::control::rest
