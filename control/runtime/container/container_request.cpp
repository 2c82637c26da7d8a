#include "control/runtime/container/container_request.hpp"

#include "control/domain/names.hpp"
#include "control/runtime/container/shared_socket.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace modelgate::control::runtime::container {
namespace {

namespace json = boost::json;

constexpr std::int64_t milli_per_cpu = 1'000;
constexpr std::int64_t nano_cpus_per_milli = 1'000'000;

/// Seldon hands a wrapper its model's place as a parameter.
std::string unit_parameters(const std::string& model) {
  return json::serialize(json::array{json::object{{"name", "model_uri"}, {"value", model}, {"type", "STRING"}}});
}

result<json::array, std::string> environment_of(const container_order& order) {
  const replica_spec& spec = order.spec;
  std::map<std::string, std::string> environment{
      {"PREDICTIVE_UNIT_SERVICE_PORT", std::to_string(order.settings.port)},
      {"PREDICTIVE_UNIT_HTTP_SERVICE_PORT", std::to_string(order.settings.port)},
      {"PREDICTIVE_UNIT_ID", "model"},
      {"PREDICTIVE_UNIT_IMAGE", spec.model_image},
      {"PREDICTOR_ID", "deploy"},
      {"SELDON_DEPLOYMENT_ID", spec.deployment},
      {"MODELGATE_REPLICA", spec.name},
  };
  if (spec.model_uri) {
    environment["PREDICTIVE_UNIT_PARAMETERS"] =
        unit_parameters(order.models.empty() ? *spec.model_uri : std::string{models_folder});
  }
  if (!order.shared_folder.empty()) environment[std::string{socket_variable}] = socket_path;
  for (const domain::env_variable& variable : spec.env) {
    if (domain::is_reserved_env_name(variable.name)) {
      return "The environment variable \"" + variable.name + "\" may not be set by a deployment.";
    }
    if (!domain::is_env_name(variable.name) || variable.value.find('\0') != std::string::npos) {
      return "The environment variable \"" + variable.name + "\" cannot be handed to a container.";
    }
    environment[variable.name] = variable.value;
  }
  json::array list;
  for (const auto& [name, value] : environment) list.push_back(json::value(name + "=" + value));
  return list;
}

json::object host_config_of(const container_order& order, const std::string& port) {
  const domain::resources& limits = order.spec.limits;
  const config::container_runtime_settings& settings = order.settings;
  json::object host{
      {"RestartPolicy", json::object{{"Name", "no"}}},  // starting again is the reconciler's
      {"PortBindings", json::object{{port, json::array{json::object{{"HostIp", "127.0.0.1"}, {"HostPort", ""}}}}}},
      {"ReadonlyRootfs", settings.read_only_root},
      {"CapDrop", json::array{"ALL"}},
      {"SecurityOpt", json::array{"no-new-privileges"}},
      {"LogConfig",
       json::object{{"Type", "json-file"}, {"Config", json::object{{"max-size", std::to_string(order.log_bytes)}}}}}};
  if (!settings.capabilities.empty()) {
    json::array added;
    for (const std::string& capability : settings.capabilities) added.push_back(json::value(capability));
    host["CapAdd"] = std::move(added);
  }
  if (settings.tmp_bytes > 0) {
    host["Tmpfs"] = json::object{{"/tmp", "rw,nosuid,nodev,mode=1777,size=" + std::to_string(settings.tmp_bytes)}};
  }
  if (settings.pids > 0) host["PidsLimit"] = settings.pids;
  if (limits.cpu_milli > 0) {
    // More than the machine has is no bound, and Docker would refuse it.
    const std::int64_t most = order.cpus > 0 ? order.cpus * milli_per_cpu : limits.cpu_milli;
    host["NanoCpus"] = std::min(limits.cpu_milli, most) * nano_cpus_per_milli;
  }
  if (limits.memory_bytes > 0) {
    host["Memory"] = limits.memory_bytes;
    host["MemorySwap"] = limits.memory_bytes;  // memory and swap together: no swap
  }
  if (limits.gpu > 0) {
    host["DeviceRequests"] = json::array{
        json::object{{"Driver", ""}, {"Count", limits.gpu}, {"Capabilities", json::array{json::array{"gpu"}}}}};
  }
  json::array mounts;
  const auto bind = [&](const std::filesystem::path& source, std::string_view target, bool is_read_only) {
    if (source.empty()) return;
    mounts.push_back(
        json::object{{"Type", "bind"}, {"Source", source.native()}, {"Target", target}, {"ReadOnly", is_read_only}});
  };
  bind(order.models, models_folder, true);
  bind(order.shared_folder, socket_folder, false);
  if (!mounts.empty()) host["Mounts"] = std::move(mounts);
  return host;
}

}  // namespace

std::string container_name(const replica_spec& spec, std::string_view instance) {
  return spec.name + "." + std::string{instance};
}

result<std::string, std::string> make_container_request(const container_order& order) {
  auto environment = environment_of(order);
  if (!environment) return {boost::system::in_place_error, environment.error()};
  const replica_spec& spec = order.spec;
  const std::string port = std::to_string(order.settings.port) + "/tcp";
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(order.stop_grace);
  json::object labels;
  labels.emplace(label::instance, order.instance);
  labels.emplace(label::deployment, spec.deployment);
  labels.emplace(label::revision, std::to_string(spec.revision));
  labels.emplace(label::replica, spec.name);
  const json::object request{{"Image", order.image_id},        {"Env", std::move(*environment)},
                             {"Labels", std::move(labels)},    {"ExposedPorts", json::object{{port, json::object{}}}},
                             {"StopTimeout", seconds.count()}, {"HostConfig", host_config_of(order, port)}};
  return {boost::system::in_place_value, json::serialize(request)};
}

}  // namespace modelgate::control::runtime::container
