#include "tests/support/gateway_fixture.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace modelgate::test {

gateway_fixture::gateway_fixture(const config::settings& settings)
    : gateway{std::make_unique<modelgate::gateway>(settings, key)} {
  gateway->start();
}

config::settings gateway_fixture::short_settings() {
  config::settings settings;
  settings.listen.prediction = {"127.0.0.1", 0};
  settings.prediction.workers = 2;
  settings.limits.head_bytes = 4'096;
  settings.health.ramp_time = milliseconds{0};
  settings.timeouts.head = milliseconds{300};
  settings.timeouts.body_grace = milliseconds{300};
  settings.timeouts.connect = milliseconds{300};
  settings.timeouts.stream_idle = milliseconds{400};
  settings.timeouts.drain_idle = milliseconds{200};
  return settings;
}

config::deployment_config gateway_fixture::make(const std::string& id,
                                                const std::vector<const scripted_upstream*>& replicas) {
  config::deployment_config deployment;
  deployment.id = id;
  deployment.serving.protocol = config::upstream_protocol::passthrough;
  deployment.model_image = "demo/iris";
  deployment.model_version = "1.0";
  for (std::size_t i = 0; i < replicas.size(); ++i) {
    config::endpoint_config endpoint;
    endpoint.replica = "deploy-" + id + "-r1-" + std::to_string(i);
    endpoint.address = replicas[i]->address();
    endpoint.revision = 1;
    endpoint.model_image = "demo/iris";
    endpoint.model_version = "1.0";
    deployment.endpoints.push_back(std::move(endpoint));
  }
  return deployment;
}

void gateway_fixture::declare(config::deployment_config& deployment, std::uint32_t concurrency) {
  for (config::endpoint_config& each : deployment.endpoints) each.concurrency = concurrency;
}

void gateway_fixture::deploy(config::deployment_config deployment) {
  std::erase_if(snapshot_.deployments, [&](const auto& each) { return each->id == deployment.id; });
  snapshot_.deployments.push_back(std::make_shared<const config::deployment_config>(std::move(deployment)));
  ++snapshot_.generation;
  gateway->publish(std::make_shared<const config::snapshot>(snapshot_));
  if (!gateway->wait_until_live(snapshot_.generation, steady_clock::now() + patience)) {
    throw std::runtime_error("the snapshot did not go live");
  }
}

void gateway_fixture::deploy(const std::string& id, const std::vector<const scripted_upstream*>& replicas) {
  deploy(make(id, replicas));
}

config::client_credential gateway_fixture::credential(const std::string& name, std::string_view token) const {
  return {name, key.hash(token), std::nullopt};
}

std::string gateway_fixture::exchange(std::string_view bytes) const {
  raw_socket client = connect();
  client.try_send(bytes);
  return client.receive_all();
}

std::string gateway_fixture::ask(std::string_view bytes) const {
  raw_socket client = connect();
  client.send(bytes);
  return client.receive_message(bytes.starts_with("HEAD "));
}

double gateway_fixture::metric(std::string_view series) const {
  const std::string text = gateway->metrics_text();
  const std::size_t line = text.find("\n" + std::string{series} + " ");
  return line == std::string::npos ? -1 : std::atof(text.c_str() + line + 1 + series.size());
}

std::string post(std::string_view path, std::string_view body, std::string_view fields) {
  std::string request = "POST ";
  request.append(path).append(" HTTP/1.1\r\nHost: gw.test\r\n").append(fields);
  request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
  return request;
}

std::string get(std::string_view path, std::string_view fields) {
  std::string request = "GET ";
  return request.append(path).append(" HTTP/1.1\r\nHost: gw.test\r\n").append(fields).append("\r\n");
}

}  // namespace modelgate::test
