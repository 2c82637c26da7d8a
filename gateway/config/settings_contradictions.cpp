// What is wrong between keys that are each right.
#include "gateway/config/settings_table.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace modelgate::config {
namespace {

/// Whether listening on this host takes the port of the other one too. "::" takes that of IPv4 as well.
bool covers(const std::string& host, const std::string& other) {
  error_code problem;
  const auto whole = boost::asio::ip::make_address(host, problem);
  const auto part = boost::asio::ip::make_address(other, problem);
  if (problem) return host == other;
  return whole == part || (whole.is_unspecified() && (whole.is_v6() || part.is_v4()));
}

/// Whether not both can be listened on.
bool clash(const net::endpoint& a, const net::endpoint& b) {
  return a.port != 0 && a.port == b.port && (covers(a.host, b.host) || covers(b.host, a.host));
}

struct tls_keys {
  std::string_view certificates;
  std::string_view keys;
  std::string_view client_certificates;
  std::string_view client_ca;
};

void look_at_tls(const tls_port_settings& port, const tls_keys& named, std::vector<settings_problem>& found) {
  if (!port.keys.empty() && port.keys.size() != port.certificates.size()) {
    found.push_back({{named.keys, named.certificates},
                     "must name one key for each of " + std::string{named.certificates}
                         + ", in the same order, or none at all where the keys stand in the certificates' files"});
  }
  const bool asks_clients = port.client_certificates != client_certificate_use::off;
  if (asks_clients && port.client_ca.empty()) {
    found.push_back({{named.client_certificates, named.client_ca},
                     "needs " + std::string{named.client_ca} + ", the authorities that clients are verified against"});
  }
  if (asks_clients && !port.enabled()) {
    found.push_back({{named.client_certificates, named.certificates},
                     "needs " + std::string{named.certificates} + ": without TLS nobody shows a certificate"});
  }
}

}  // namespace

std::vector<settings_problem> find_contradictions(const settings& whole) {
  std::vector<settings_problem> found;
  const auto refuse_shared = [&found](const net::endpoint& a, std::string_view key, const net::endpoint& b,
                                      std::string_view other) {
    if (!clash(a, b)) return;
    const char* how = a == b ? "is the same address as " : "covers or is covered by ";
    found.push_back({{key, other}, how + std::string{other} + "; each port needs one of its own"});
  };
  const listen_settings& listen_at = whole.listen;
  refuse_shared(listen_at.control, "listen.control", listen_at.prediction, "listen.prediction");
  refuse_shared(listen_at.metrics, "listen.metrics", listen_at.prediction, "listen.prediction");
  refuse_shared(listen_at.metrics, "listen.metrics", listen_at.control, "listen.control");
  if (whole.limits.target_bytes > whole.limits.head_bytes) {
    found.push_back({{"limits.target_bytes", "limits.head_bytes"},
                     "is larger than limits.head_bytes, which the target is a part of; make it smaller"});
  }
  if (whole.process_runtime.restart_backoff > whole.process_runtime.restart_backoff_max) {
    found.push_back({{"runtime.process.restart_backoff", "runtime.process.restart_backoff_max"},
                     "is longer than runtime.process.restart_backoff_max; make it shorter"});
  }
  const auto lacks_socket = [&](runtime_kind kind, const container_runtime_settings& engine) {
    return whole.default_runtime == kind && engine.socket.empty();
  };
  if (lacks_socket(runtime_kind::docker, whole.docker_runtime)) {
    found.push_back({{"runtime.default", "runtime.docker.socket"}, "needs runtime.docker.socket, the engine's socket"});
  }
  if (lacks_socket(runtime_kind::podman, whole.podman_runtime)) {
    found.push_back({{"runtime.default", "runtime.podman.socket"}, "needs runtime.podman.socket, the engine's socket"});
  }
  const auto lies_idle = [](const container_runtime_settings& engine) {
    return engine.socket.empty() && !(engine.groups.empty() && engine.instance_types.empty());
  };
  if (lies_idle(whole.docker_runtime)) {
    found.push_back({{"runtime.docker.socket", "runtime.docker.groups", "runtime.docker.instance_types"},
                     "is missing, although replicas are to be run there; name the engine's socket"});
  }
  if (lies_idle(whole.podman_runtime)) {
    found.push_back({{"runtime.podman.socket", "runtime.podman.groups", "runtime.podman.instance_types"},
                     "is missing, although replicas are to be run there; name the engine's socket"});
  }
  const auto refuse_both = [&](const std::vector<std::string>& docker, const std::vector<std::string>& podman,
                               const char* docker_key, const char* podman_key) {
    for (const std::string& name : docker) {
      if (std::find(podman.begin(), podman.end(), name) == podman.end()) continue;
      found.push_back(
          {{docker_key, podman_key}, "names " + name + ", which " + podman_key + " names too; keep it in one of them"});
    }
  };
  refuse_both(whole.docker_runtime.groups, whole.podman_runtime.groups, "runtime.docker.groups",
              "runtime.podman.groups");
  refuse_both(whole.docker_runtime.instance_types, whole.podman_runtime.instance_types, "runtime.docker.instance_types",
              "runtime.podman.instance_types");
  if (whole.health.ejection_time > whole.health.ejection_time_max) {
    found.push_back({{"health.ejection_time", "health.ejection_time_max"},
                     "is longer than health.ejection_time_max; make it shorter"});
  }
  if (whole.people.login_lock > whole.people.login_lock_max) {
    found.push_back(
        {{"people.login_lock", "people.login_lock_max"}, "is longer than people.login_lock_max; make it shorter"});
  }
  if (whole.health.ejection_latency_factor == 1) {
    found.push_back(
        {{"health.ejection_latency_factor"},
         "would eject every replica that is slower than half of the others; give 2 or more, or 0 for never"});
  }
  look_at_tls(whole.tls.prediction,
              {"tls.prediction.certificates", "tls.prediction.keys", "tls.prediction.client_certificates",
               "tls.prediction.client_ca"},
              found);
  look_at_tls(
      whole.tls.control,
      {"tls.control.certificates", "tls.control.keys", "tls.control.client_certificates", "tls.control.client_ca"},
      found);
  return found;
}

}  // namespace modelgate::config
