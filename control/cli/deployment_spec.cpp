#include "control/cli/deployment_spec.hpp"

#include "control/cli/given_value.hpp"

#include <boost/json/error.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/stream_parser.hpp>
#include <boost/json/value.hpp>
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>
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

outcome<json::object> parse_deployment_file(std::string_view text, const std::string& name) {
  const auto wrong = [&name](std::string_view place, std::string_view what) {
    return failure{exit_code::usage, name + std::string{place} + ": " + std::string{what}, {}};
  };
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || text[begin] != '{') {
    try {
      std::ostringstream out;
      out << toml::json_formatter{toml::parse(text)};
      return json::parse(out.str()).get_object();
    } catch (const toml::parse_error& problem) {  // how the compiled toml++ tells of broken syntax
      const toml::source_position place = problem.source().begin;
      return wrong(":" + std::to_string(place.line) + ":" + std::to_string(place.column),
                   "is neither a JSON object nor TOML: " + std::string{problem.description()});
    }
  }
  error_code broken;
  json::stream_parser parser;
  const std::size_t read = parser.write_some(text.data(), text.size(), broken);
  if (!broken && !parser.done()) parser.finish(broken);
  if (!broken && text.find_first_not_of(" \t\r\n", read) != std::string_view::npos) broken = json::error::extra_data;
  if (!broken) return parser.release().get_object();
  const std::string_view before = text.substr(0, read);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
  return wrong(":" + std::to_string(line) + ":" + std::to_string(read - start + 1),
               "is not valid JSON: " + broken.message());
}

outcome<json::object> make_deployment_spec(const spec_flags& flags, json::object spec) {
  const std::pair<const char*, const std::optional<std::string>&> texts[] = {
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
    if (text) spec[member] = *text;
  }
  if (!flags.urls.empty() || flags.url_file || flags.health_path) {
    const json::value* given = spec.if_contains("external");
    json::object external = given != nullptr && given->is_object() ? given->get_object() : json::object{};
    if (!flags.urls.empty()) {
      json::array urls;
      for (const std::string& url : flags.urls) urls.push_back(json::value(url));
      external["urls"] = std::move(urls);
    }
    if (flags.url_file) external["file"] = *flags.url_file;
    if (flags.health_path) external["healthPath"] = *flags.health_path;
    spec["external"] = std::move(external);
  }
  if (flags.replicas) spec["replicas"] = *flags.replicas;
  if (flags.private_access) spec["endpointAccessType"] = *flags.private_access ? "private" : "public";
  if (flags.stop) spec["stop"] = *flags.stop;
  if (flags.auto_rollback) spec["autoRollback"] = *flags.auto_rollback;
  if (flags.progress_deadline) {
    const auto seconds = seconds_from(*flags.progress_deadline);
    if (!seconds) return failure{exit_code::usage, "--progress-deadline takes a duration such as 90s or 10m", {}};
    spec["progressDeadline"] = seconds->count();
  }
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
  return spec;
}

}  // namespace modelgate::control::cli
