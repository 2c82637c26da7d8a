#include "control/cli/deployment_spec.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <utility>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

outcome<std::pair<std::string, std::string>> split_pair(const std::string& flag, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return failure{exit_code::usage, flag + " takes NAME=VALUE, not \"" + printable(text) + "\"", {}};
  }
  return std::pair{text.substr(0, equals), text.substr(equals + 1)};
}

}  // namespace

outcome<std::string> make_deployment_spec(const create_flags& flags, std::string_view base) {
  json::object spec;
  if (!base.empty()) {
    error_code broken;
    json::value parsed = json::parse({base.data(), base.size()}, broken);
    if (broken) return failure{exit_code::usage, "the file is not valid JSON: " + broken.message(), {}};
    if (!parsed.is_object()) return failure{exit_code::usage, "the file holds no JSON object", {}};
    spec = std::move(parsed.get_object());
  }
  const std::pair<const char*, const std::string&> texts[] = {
      {"id", flags.id},
      {"name", flags.name},
      {"group", flags.group},
      {"modelImage", flags.image},
      {"modelURI", flags.model_uri},
      {"imagePullSecret", flags.pull_secret},
      {"instanceType", flags.instance_type},
      {"description", flags.description},
      {"updateMessage", flags.message},
  };
  for (const auto& [member, text] : texts) {
    if (!text.empty()) spec[member] = text;
  }
  if (!flags.urls.empty() || !flags.url_file.empty() || !flags.health_path.empty()) {
    const json::value* given = spec.if_contains("external");
    json::object external = given != nullptr && given->is_object() ? given->get_object() : json::object{};
    if (!flags.urls.empty()) {
      json::array urls;
      for (const std::string& url : flags.urls) urls.push_back(json::value(url));
      external["urls"] = std::move(urls);
    }
    if (!flags.url_file.empty()) external["file"] = flags.url_file;
    if (!flags.health_path.empty()) external["healthPath"] = flags.health_path;
    spec["external"] = std::move(external);
  }
  if (flags.replicas) spec["replicas"] = *flags.replicas;
  if (flags.private_access) spec["endpointAccessType"] = "private";
  if (!flags.env.empty()) {
    json::array env;
    for (const std::string& text : flags.env) {
      const auto pair = split_pair("--env", text);
      if (!pair) return pair.error();
      env.push_back(json::object{{"name", pair->first}, {"value", pair->second}});
    }
    spec["env"] = std::move(env);
  }
  if (!flags.metadata.empty()) {
    json::object metadata;
    for (const std::string& text : flags.metadata) {
      const auto pair = split_pair("--metadata", text);
      if (!pair) return pair.error();
      metadata[pair->first] = pair->second;
    }
    spec["metadata"] = std::move(metadata);
  }
  return json::serialize(spec);
}

}  // namespace modelgate::control::cli
