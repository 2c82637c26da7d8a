#include "control/runtime/record_json.hpp"

#include "modelgate/base/errc.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value_to.hpp>

#include <array>
#include <utility>

namespace modelgate::control::runtime {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<domain::replica_phase, std::string_view>, 6> phase_names{{
    {domain::replica_phase::starting, "starting"},
    {domain::replica_phase::ready, "ready"},
    {domain::replica_phase::unready, "unready"},
    {domain::replica_phase::draining, "draining"},
    {domain::replica_phase::stopping, "stopping"},
    {domain::replica_phase::exited, "exited"},
}};

}  // namespace

std::string_view name_of(domain::replica_phase phase) {
  for (const auto& [value, name] : phase_names) {
    if (value == phase) return name;
  }
  return {};
}

std::optional<domain::replica_phase> phase_named(std::string_view text) {
  for (const auto& [value, name] : phase_names) {
    if (name == text) return value;
  }
  return std::nullopt;
}

json::object to_json(const replica_spec& spec) {
  json::array env;
  for (const domain::env_variable& variable : spec.env) {
    env.push_back(json::object{{"name", variable.name}, {"value", variable.value}});
  }
  json::object object{{"name", spec.name},
                      {"deployment", spec.deployment},
                      {"revision", spec.revision},
                      {"index", spec.index},
                      {"modelImage", spec.model_image},
                      {"env", std::move(env)},
                      {"cpuMilli", spec.limits.cpu_milli},
                      {"memoryBytes", spec.limits.memory_bytes},
                      {"gpu", spec.limits.gpu}};
  if (spec.model_uri) object["modelUri"] = *spec.model_uri;
  return object;
}

std::string text_at(const json::object& object, std::string_view key) {
  return json::value_to<std::string>(object.at(key));
}

system_time time_at(const json::object& object, std::string_view key) {
  const auto time = parse_rfc3339(text_at(object, key));
  if (!time) throw boost::system::system_error{make_error_code(errc::invalid_argument)};
  return *time;
}

replica_spec read_spec(const json::object& object) {
  replica_spec spec;
  spec.name = text_at(object, "name");
  spec.deployment = text_at(object, "deployment");
  spec.revision = number_at<std::uint64_t>(object, "revision");
  spec.index = number_at<std::uint32_t>(object, "index");
  spec.model_image = text_at(object, "modelImage");
  if (object.contains("modelUri")) spec.model_uri = text_at(object, "modelUri");
  for (const json::value& entry : object.at("env").as_array()) {
    spec.env.push_back({text_at(entry.as_object(), "name"), text_at(entry.as_object(), "value")});
  }
  spec.limits.cpu_milli = number_at<std::int64_t>(object, "cpuMilli");
  spec.limits.memory_bytes = number_at<std::int64_t>(object, "memoryBytes");
  spec.limits.gpu = number_at<std::int64_t>(object, "gpu");
  return spec;
}

}  // namespace modelgate::control::runtime
