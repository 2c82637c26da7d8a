#include "gateway/config/json_reader.hpp"

#include "modelgate/config/observation.hpp"
#include "modelgate/config/snapshot.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>

namespace modelgate::config {
namespace {

namespace json = boost::json;

std::string_view word(access_type value) noexcept {
  return value == access_type::everyone ? "public" : "private";
}
std::string_view word(upstream_protocol value) noexcept {
  return value == upstream_protocol::seldon ? "seldon" : "passthrough";
}
std::string_view word(deployment_state value) noexcept {
  return value == deployment_state::serving ? "serving" : "stopped";
}

json::value text_or_null(const std::optional<system_time>& time) {
  return time ? json::value(format_rfc3339(*time)) : json::value(nullptr);
}

json::object write(const traffic_limit& limit) {
  return {{"millirequestsPerSecond", limit.millirequests_per_second},
          {"burst", limit.burst},
          {"concurrent", limit.concurrent}};
}

json::object write(const serving_options& options) {
  return {{"protocol", word(options.protocol)},
          {"timeoutMs", options.timeout.count()},
          {"maxBodyBytes", options.max_body_bytes},
          {"maxQueue", options.max_queue},
          {"queueTimeoutMs", options.queue_timeout.count()},
          {"forwardAuthorization", options.forward_authorization},
          {"idempotent", options.idempotent},
          {"hedge", options.hedge},
          {"allowUpgrade", options.allow_upgrade},
          {"limit", write(options.limit)},
          {"clientLimit", write(options.client_limit)}};
}

json::object write(const client_credential& client) {
  json::object written{{"name", client.name},
                       {"digest", crypto::to_hex(client.digest)},
                       {"expiresAt", text_or_null(client.expires_at)},
                       {"createdAt", format_rfc3339(client.created_at)},
                       {"disabled", client.is_disabled},
                       {"password", client.is_password},
                       {"foreignHash", client.foreign_hash}};
  if (client.previous) {
    written.emplace("previous", json::object{{"digest", crypto::to_hex(client.previous->digest)},
                                             {"until", format_rfc3339(client.previous->until)},
                                             {"password", client.previous->is_password}});
  }
  return written;
}

json::object write(const endpoint_config& endpoint) {
  json::object written{
      {"replica", endpoint.replica},
      {"address", net::to_string(endpoint.address)},
      {"revision", endpoint.revision},
      {"modelImage", endpoint.model_image},
      {"modelVersion", endpoint.model_version},
      {"tlsServerName", endpoint.tls_server_name},
      {"concurrency", endpoint.concurrency ? json::value(*endpoint.concurrency) : json::value(nullptr)}};
  if (endpoint.address.user) written.emplace("socketUser", *endpoint.address.user);
  return written;
}

json::object write(const deployment_config& deployment) {
  json::array clients;
  for (const client_credential& client : deployment.clients) clients.push_back(write(client));
  json::array endpoints;
  for (const endpoint_config& endpoint : deployment.endpoints) endpoints.push_back(write(endpoint));
  return {{"id", deployment.id},
          {"state", word(deployment.state)},
          {"access", word(deployment.access)},
          {"serving", write(deployment.serving)},
          {"predictorVersion", deployment.predictor_version},
          {"modelImage", deployment.model_image},
          {"modelVersion", deployment.model_version},
          {"clients", std::move(clients)},
          {"endpoints", std::move(endpoints)},
          {"group", deployment.group},
          {"groupLimit", write(deployment.group_limit)}};
}

void read_milliseconds(json_reader& reader, const char* name, std::chrono::milliseconds& into) {
  auto count = static_cast<std::uint64_t>(into.count());
  reader.number(name, count);
  into = std::chrono::milliseconds{count};
}

void read_requests(json_reader& reader, const char* name, std::uint32_t least, std::uint32_t& into) {
  std::uint64_t count = into;
  reader.number(name, count);
  if (count < least || count > traffic_limit::most_requests) {
    reader.mistake(name,
                   "must be from " + std::to_string(least) + " to " + std::to_string(traffic_limit::most_requests));
    return;
  }
  into = static_cast<std::uint32_t>(count);
}

void read_limit(json_reader& reader, traffic_limit& into) {
  reader.number("millirequestsPerSecond", into.millirequests_per_second);
  if (into.millirequests_per_second > traffic_limit::most_millirequests_per_second) {
    reader.mistake("millirequestsPerSecond",
                   "must be at most " + std::to_string(traffic_limit::most_millirequests_per_second));
  }
  read_requests(reader, "burst", 1, into.burst);
  read_requests(reader, "concurrent", 0, into.concurrent);
  reader.finish();
}

void read_serving(json_reader& reader, serving_options& into) {
  reader.word("protocol", {{"seldon", upstream_protocol::seldon}, {"passthrough", upstream_protocol::passthrough}},
              into.protocol);
  read_milliseconds(reader, "timeoutMs", into.timeout);
  reader.number("maxBodyBytes", into.max_body_bytes);
  std::uint64_t max_queue = into.max_queue;
  reader.number("maxQueue", max_queue);
  into.max_queue = static_cast<std::uint32_t>(max_queue);
  read_milliseconds(reader, "queueTimeoutMs", into.queue_timeout);
  reader.boolean("forwardAuthorization", into.forward_authorization);
  reader.boolean("idempotent", into.idempotent);
  reader.boolean("hedge", into.hedge);
  reader.boolean("allowUpgrade", into.allow_upgrade);
  reader.object("limit", [&](json_reader& inner) { read_limit(inner, into.limit); });
  reader.object("clientLimit", [&](json_reader& inner) { read_limit(inner, into.client_limit); });
  reader.finish();
}

void read_digest(json_reader& reader, crypto::token_digest& into) {
  std::string digest;
  reader.text("digest", digest, presence::required);
  if (const auto parsed = crypto::digest_from_hex(digest))
    into = *parsed;
  else
    reader.mistake("digest", "must be 64 lower-case hexadecimal digits");
}

client_credential read_client(json_reader& reader) {
  client_credential client;
  reader.text("name", client.name, presence::required);
  read_digest(reader, client.digest);
  reader.optional_time("expiresAt", client.expires_at);
  std::optional<system_time> created_at;
  reader.optional_time("createdAt", created_at);
  client.created_at = created_at.value_or(system_time{});
  reader.boolean("disabled", client.is_disabled);
  reader.boolean("password", client.is_password);
  reader.text("foreignHash", client.foreign_hash);
  reader.object("previous", [&](json_reader& inner) {
    previous_token& previous = client.previous.emplace();
    read_digest(inner, previous.digest);
    std::optional<system_time> until;
    inner.optional_time("until", until);
    if (until)
      previous.until = *until;
    else
      inner.mistake("until", "must be a time such as 2030-01-31T00:00:00Z");
    inner.boolean("password", previous.is_password);
    inner.finish();
  });
  reader.finish();
  return client;
}

endpoint_config read_endpoint(json_reader& reader) {
  endpoint_config endpoint;
  reader.text("replica", endpoint.replica, presence::required);
  std::string address;
  reader.text("address", address, presence::required);
  if (const auto parsed = net::parse_peer(address))
    endpoint.address = *parsed;
  else
    reader.mistake("address", "must be an IP address and a port, such as 127.0.0.1:9000, or unix:/run/model.sock");
  std::optional<std::uint64_t> user;
  reader.optional_number("socketUser", user);
  if (user) endpoint.address.user = static_cast<std::uint32_t>(*user);
  reader.number("revision", endpoint.revision);
  reader.text("modelImage", endpoint.model_image);
  reader.text("modelVersion", endpoint.model_version);
  reader.text("tlsServerName", endpoint.tls_server_name);
  std::optional<std::uint64_t> concurrency;
  reader.optional_number("concurrency", concurrency);
  if (concurrency) endpoint.concurrency = static_cast<std::uint32_t>(*concurrency);
  reader.finish();
  return endpoint;
}

json::object write(const answer_counts& counts) {
  return {{"answers", json::value_from(counts.answers)},
          {"latency", json::value_from(counts.latency)},
          {"feedback", counts.feedback},
          {"reward", counts.reward}};
}

void read_counts(json_reader& reader, answer_counts& into) {
  reader.object("counted", [&](json_reader& inner) {
    inner.numbers("answers", into.answers);
    inner.numbers("latency", into.latency);
    inner.number("feedback", into.feedback);
    inner.real("reward", into.reward);
    inner.finish();
  });
}

deployment_config_ptr read_deployment(json_reader& reader) {
  auto deployment = std::make_shared<deployment_config>();
  reader.text("id", deployment->id, presence::required);
  reader.word("state", {{"serving", deployment_state::serving}, {"stopped", deployment_state::stopped}},
              deployment->state);
  reader.word("access", {{"public", access_type::everyone}, {"private", access_type::clients}}, deployment->access);
  reader.object("serving", [&](json_reader& inner) { read_serving(inner, deployment->serving); });
  reader.text("predictorVersion", deployment->predictor_version);
  reader.text("modelImage", deployment->model_image);
  reader.text("modelVersion", deployment->model_version);
  reader.array("clients", [&](json_reader& inner) { deployment->clients.push_back(read_client(inner)); });
  reader.array("endpoints", [&](json_reader& inner) { deployment->endpoints.push_back(read_endpoint(inner)); });
  reader.text("group", deployment->group);
  reader.object("groupLimit", [&](json_reader& inner) { read_limit(inner, deployment->group_limit); });
  reader.finish();
  return deployment;
}

template <class Value, class Read>
result<Value, diagnostics> parse(std::string_view text, Read read) {
  boost::system::error_code problem;
  const json::value parsed = json::parse(json::string_view{text.data(), text.size()}, problem);
  if (problem) return diagnostics{{"", "INVALID_JSON", "not JSON: " + problem.message()}};
  diagnostics found;
  Value value;
  json_reader reader{parsed, "", found};
  read(reader, value);
  reader.finish();
  if (!found.empty()) return found;
  return value;
}

}  // namespace

std::string to_json(const snapshot& value) {
  json::array deployments;
  for (const deployment_config_ptr& deployment : value.deployments) deployments.push_back(write(*deployment));
  return json::serialize(json::object{{"generation", value.generation}, {"deployments", std::move(deployments)}});
}

result<snapshot, diagnostics> parse_snapshot(std::string_view text) {
  return parse<snapshot>(text, [](json_reader& reader, snapshot& into) {
    reader.number("generation", into.generation, presence::required);
    reader.array("deployments", [&](json_reader& inner) { into.deployments.push_back(read_deployment(inner)); });
  });
}

std::string to_json(const observation& value) {
  json::array generations;
  for (const std::uint64_t generation : value.live_generation) generations.push_back(generation);
  json::array endpoints;
  for (const endpoint_load& load : value.endpoints) {
    endpoints.push_back(json::object{{"deployment", load.deployment},
                                     {"replica", load.replica},
                                     {"inFlight", load.in_flight},
                                     {"address", load.address},
                                     {"counted", write(load.counted)}});
  }
  json::array clients;
  for (const client_use& use : value.clients) {
    clients.push_back(json::object{{"deployment", use.deployment},
                                   {"client", use.client},
                                   {"at", format_rfc3339(use.at)},
                                   {"requests", use.requests},
                                   {"createdAt", format_rfc3339(use.created_at)},
                                   {"inFlight", use.in_flight},
                                   {"counted", write(use.counted)}});
  }
  json::array passwords;
  for (const proven_password& each : value.passwords) {
    passwords.push_back(json::object{{"deployment", each.deployment},
                                     {"client", each.client},
                                     {"foreignHash", each.foreign_hash},
                                     {"digest", crypto::to_hex(each.digest)}});
  }
  json::array deployments;
  for (const deployment_counts& counts : value.deployments) {
    json::array models;
    for (const model_counts& each : counts.models) {
      models.push_back(
          json::object{{"image", each.image}, {"version", each.version}, {"predictions", each.predictions}});
    }
    deployments.push_back(json::object{
        {"deployment", counts.deployment}, {"models", std::move(models)}, {"counted", write(counts.counted)}});
  }
  return json::serialize(json::object{{"liveGeneration", std::move(generations)},
                                      {"endpoints", std::move(endpoints)},
                                      {"clients", std::move(clients)},
                                      {"passwords", std::move(passwords)},
                                      {"deployments", std::move(deployments)}});
}

result<observation, diagnostics> parse_observation(std::string_view text) {
  return parse<observation>(text, [](json_reader& reader, observation& into) {
    reader.numbers("liveGeneration", into.live_generation);
    reader.array("endpoints", [&](json_reader& inner) {
      endpoint_load load;
      inner.text("deployment", load.deployment, presence::required);
      inner.text("replica", load.replica, presence::required);
      std::uint64_t in_flight = 0;
      inner.number("inFlight", in_flight);
      load.in_flight = static_cast<std::uint32_t>(in_flight);
      inner.text("address", load.address);
      read_counts(inner, load.counted);
      inner.finish();
      into.endpoints.push_back(std::move(load));
    });
    reader.array("clients", [&](json_reader& inner) {
      client_use use;
      inner.text("deployment", use.deployment, presence::required);
      inner.text("client", use.client, presence::required);
      std::optional<system_time> at;
      inner.optional_time("at", at);
      use.at = at.value_or(system_time{});
      inner.number("requests", use.requests);
      std::optional<system_time> created_at;
      inner.optional_time("createdAt", created_at);
      use.created_at = created_at.value_or(system_time{});
      std::uint64_t in_flight = 0;
      inner.number("inFlight", in_flight);
      use.in_flight = static_cast<std::uint32_t>(in_flight);
      read_counts(inner, use.counted);
      inner.finish();
      into.clients.push_back(std::move(use));
    });
    reader.array("deployments", [&](json_reader& inner) {
      deployment_counts counts;
      inner.text("deployment", counts.deployment, presence::required);
      read_counts(inner, counts.counted);
      inner.array("models", [&](json_reader& model) {
        model_counts each;
        model.text("image", each.image);
        model.text("version", each.version);
        model.number("predictions", each.predictions);
        model.finish();
        counts.models.push_back(std::move(each));
      });
      inner.finish();
      into.deployments.push_back(std::move(counts));
    });
    reader.array("passwords", [&](json_reader& inner) {
      proven_password password;
      inner.text("deployment", password.deployment, presence::required);
      inner.text("client", password.client, presence::required);
      inner.text("foreignHash", password.foreign_hash, presence::required);
      read_digest(inner, password.digest);
      inner.finish();
      into.passwords.push_back(std::move(password));
    });
  });
}

}  // namespace modelgate::config
