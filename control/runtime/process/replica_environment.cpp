#include "control/runtime/process/replica_environment.hpp"

#include "control/domain/names.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace modelgate::control::runtime::process {
namespace {

/// Seldon hands a wrapper its model's place as a parameter.
std::string unit_parameters(const std::string& model_uri) {
  boost::json::object parameter;
  parameter["name"] = "model_uri";
  parameter["value"] = model_uri;
  parameter["type"] = "STRING";
  return boost::json::serialize(boost::json::array{std::move(parameter)});
}

}  // namespace

result<std::map<std::string, std::string>, std::string> make_environment(const environment_source& source) {
  const replica_spec& spec = source.spec;
  std::map<std::string, std::string> environment{
      {"PATH", std::string{default_path}},
      {"HOME", source.own_folder.native()},
      {"TMPDIR", source.own_folder.native()},
      {"LANG", "C.UTF-8"},
  };
  for (const auto& [name, value] : source.image) environment[name] = value;

  environment["PREDICTIVE_UNIT_SERVICE_PORT"] = std::to_string(source.port);
  environment["PREDICTIVE_UNIT_ID"] = "model";
  environment["PREDICTIVE_UNIT_IMAGE"] = spec.model_image;
  environment["PREDICTOR_ID"] = "deploy";
  environment["SELDON_DEPLOYMENT_ID"] = spec.deployment;
  if (spec.model_uri)
    environment["PREDICTIVE_UNIT_PARAMETERS"] =
        unit_parameters(source.model.empty() ? *spec.model_uri : source.model.native());
  environment["MODELGATE_REPLICA"] = spec.name;
  if (!source.socket.empty()) environment[std::string{socket_variable}] = source.socket;
  environment[std::string{cookie_variable}] = source.cookie;

  for (const domain::env_variable& variable : spec.env) {
    if (domain::is_reserved_env_name(variable.name)) {
      return "The environment variable \"" + variable.name + "\" may not be set by a deployment.";
    }
    if (!domain::is_env_name(variable.name) || variable.value.find('\0') != std::string::npos) {
      return "The environment variable \"" + variable.name + "\" cannot be handed to a process.";
    }
    environment[variable.name] = variable.value;
  }
  return environment;
}

}  // namespace modelgate::control::runtime::process
