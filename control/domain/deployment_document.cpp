#include "control/domain/deployment_document.hpp"

#include "control/domain/external_document.hpp"
#include "control/domain/limits.hpp"
#include "control/domain/merge_patch.hpp"
#include "control/domain/names.hpp"
#include "control/domain/serving_document.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace modelgate::control::domain {
namespace {

namespace json = boost::json;

constexpr std::string_view read_only_members[] = {"revision",  "createdAt", "createdBy", "updatedAt",
                                                  "updatedBy", "endpoint",  "status"};

/// Empty after trimming is the same as not there, so that a form's empty field clears the member.
std::optional<std::string> trimmed_text(document_reader& reader, std::string_view member, std::size_t most) {
  const auto given = reader.text(member, {.most = most, .several_lines = true});
  if (!given) return std::nullopt;
  const std::string_view text = trimmed(*given);
  if (text.empty()) return std::nullopt;
  if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; })) {
    reader.mistake(member, mistake_code::malformed, "must not contain white space");
  }
  return std::string{text};
}

bool has_uri_scheme(std::string_view uri) {
  const auto colon = uri.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 >= uri.size() || uri[colon + 1] != '/') return false;
  const std::string_view scheme = uri.substr(0, colon);
  return scheme.front() >= 'a' && scheme.front() <= 'z' && std::all_of(scheme.begin(), scheme.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
         });
}

/// What says how replicas are made has no meaning for those that somebody else runs.
void refuse_beside_external(document_reader& reader, std::string_view member) {
  const auto* given = reader.raw(member);
  const bool empty = given == nullptr || (given->is_string() && given->get_string().empty())
                     || (given->is_array() && given->get_array().empty());
  if (!empty) {
    reader.mistake(member, mistake_code::not_available,
                   "has no effect on external replicas, which modelgate does not run; leave it out");
  }
}

void read_external(document_reader& reader, deployment_spec& spec, diagnostics& mistakes) {
  spec.external = read_external_source(*reader.raw("external"), reader.pointer("external"), mistakes);
  spec.replicas = 0;
  if (const auto* image = reader.raw("modelImage"); image != nullptr) {
    reader.mistake("modelImage", mistake_code::exactly_one, "stands beside external; give exactly one of the two");
  }
  spec.instance_type = reader.text("instanceType", {.most = 63}).value_or("");
  for (const std::string_view member : {"modelURI", "imagePullSecret", "env"}) refuse_beside_external(reader, member);
  if (reader.raw("replicas") != nullptr) {
    reader.mistake("replicas", mistake_code::not_available,
                   "follows from external: every address is one replica; leave it out");
  }
}

void read_model(document_reader& reader, deployment_spec& spec) {
  const auto image = trimmed_text(reader, "modelImage", limits::model_image_length);
  if (!image) {
    reader.require("modelImage",
                   "the image that serves the model, as name:tag (or external, for replicas run elsewhere)");
  }
  spec.model_image = image.value_or("");
  spec.model_uri = trimmed_text(reader, "modelURI", limits::model_uri_length);
  if (spec.model_uri && !has_uri_scheme(*spec.model_uri)) {
    reader.mistake("modelURI", mistake_code::malformed, "must start with a scheme, such as gs://, nfs:// or models:/");
  }
  spec.image_pull_secret = trimmed_text(reader, "imagePullSecret", limits::pull_secret_length);
  const auto type = reader.text("instanceType", {.most = 63});
  if (!type || type->empty()) reader.require("instanceType", "the name of an instance type");
  spec.instance_type = type.value_or("");
}

void read_metadata(document_reader& reader, deployment_spec& spec, diagnostics& mistakes) {
  const auto* entries = reader.object("metadata");
  if (entries == nullptr) return;
  if (entries->size() > limits::metadata_entries) {
    reader.mistake("metadata", mistake_code::too_many,
                   "has " + std::to_string(entries->size()) + " entries; at most "
                       + std::to_string(limits::metadata_entries) + " are allowed");
    return;
  }
  for (const auto& entry : *entries) {
    const std::string key{entry.key().data(), entry.key().size()};
    const std::string where = pointer_to(reader.pointer("metadata"), key);
    if (key.empty()) mistakes.push_back({where, std::string{mistake_code::malformed}, "must not have an empty name"});
    check_text(key, {.most = limits::metadata_key_length}, where, mistakes);
    const auto* text = entry.value().if_string();
    if (text == nullptr) {
      mistakes.push_back({where, std::string{mistake_code::wrong_type}, "must be a text"});
      continue;
    }
    std::string value{text->data(), text->size()};
    check_text(value, {.most = limits::metadata_value_length, .several_lines = true}, where, mistakes);
    spec.metadata.emplace(key, std::move(value));
  }
}

void check_env_name(document_reader& reader, const std::string& name) {
  if (name.empty()) {
    reader.require("name", "the variable's name");
  } else if (!is_env_name(name)) {
    reader.mistake("name", mistake_code::illegal_env_name,
                   "EnvVar name \"" + name
                       + "\" is invalid, a valid environment variable name must consist of alphabetic characters, digits, "
                         "'_', '-', or '.', and must not start with a digit (e.g. 'my.env-name', or 'MY_ENV.NAME', or "
                         "'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')");
  } else if (is_reserved_env_name(name)) {
    reader.mistake("name", mistake_code::illegal_env_name,
                   "EnvVar name \"" + name + "\" is set by the server or chooses which code runs; use another name");
  }
}

void read_env(document_reader& reader, deployment_spec& spec, diagnostics& mistakes) {
  const auto* entries = reader.array("env", limits::env_variables);
  if (entries == nullptr) return;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const std::string where = pointer_to(reader.pointer("env"), i);
    document_reader entry{(*entries)[i], where, mistakes};
    env_variable variable;
    variable.name = entry.text("name", {.most = limits::env_name_length}).value_or("");
    if (!concerns(mistakes, where)) check_env_name(entry, variable.name);
    // Values may span lines; what execve cannot carry is refused by the check for control characters.
    variable.value = entry.text("value", {.most = limits::env_value_length, .several_lines = true}).value_or("");
    entry.refuse_others();
    bytes += variable.name.size() + variable.value.size();
    const auto same = [&](const env_variable& other) { return other.name == variable.name; };
    if (!variable.name.empty() && std::any_of(spec.env.begin(), spec.env.end(), same)) {
      entry.mistake("name", mistake_code::duplicate, "\"" + variable.name + "\" is given twice");
    }
    spec.env.push_back(std::move(variable));
  }
  if (bytes > limits::env_bytes) {
    reader.mistake("env", mistake_code::too_long,
                   "takes " + std::to_string(bytes) + " bytes in all; at most " + std::to_string(limits::env_bytes)
                       + " are allowed");
  }
  std::sort(spec.env.begin(), spec.env.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
}

deployment_spec read_spec(document_reader& reader, diagnostics& mistakes) {
  deployment_spec spec;
  if (reader.raw("external") != nullptr) {
    read_external(reader, spec, mistakes);
  } else {
    read_model(reader, spec);
    spec.replicas = static_cast<std::uint32_t>(reader.whole_number("replicas", 1, limits::replicas).value_or(1));
    read_env(reader, spec, mistakes);
  }
  spec.access = reader
                    .choice<config::access_type>("endpointAccessType", {{"public", config::access_type::everyone},
                                                                        {"private", config::access_type::clients}})
                    .value_or(config::access_type::everyone);
  spec.description =
      reader.text("description", {.most = limits::description_length, .several_lines = true}).value_or("");
  read_metadata(reader, spec, mistakes);
  if (const auto* serving = reader.raw("serving"))
    spec.serving = read_serving(*serving, reader.pointer("serving"), mistakes);
  if (spec.access == config::access_type::everyone && !spec.serving.limits.per_client.empty()) {
    mistakes.push_back({pointer_to(pointer_to(reader.pointer("serving"), "limits"), "perClient"),
                        std::string{mistake_code::not_available},
                        "has no effect on a public deployment, whose callers have no names; leave it out"});
  }
  spec.progress_deadline =
      std::chrono::seconds{reader.whole_number("progressDeadline", 1, limits::progress_deadline_seconds).value_or(600)};
  spec.auto_rollback = reader.boolean("autoRollback").value_or(false);
  spec.stop = reader.boolean("stop").value_or(false);
  return spec;
}

void add_differences(const json::object& before, const json::object& after, const std::string& pointer,
                     json::array& to) {
  const auto look_at = [&](json::string_view member, const json::value& from, const json::value& now) {
    if (from == now) return;
    const std::string where = pointer_to(pointer, std::string_view{member.data(), member.size()});
    if (from.is_object() && now.is_object()) {
      add_differences(from.get_object(), now.get_object(), where, to);
    } else {
      to.push_back(json::object{{"pointer", where}, {"from", from}, {"to", now}});
    }
  };
  const json::value nothing = nullptr;
  for (const auto& member : before) {
    const auto* now = after.if_contains(member.key());
    look_at(member.key(), member.value(), now == nullptr ? nothing : *now);
  }
  for (const auto& member : after) {
    if (!before.contains(member.key())) look_at(member.key(), nothing, member.value());
  }
}

json::value optional_text(const std::optional<std::string>& text) {
  return text ? json::value(*text) : json::value(nullptr);
}

}  // namespace

parsed<deployment_draft> read_deployment(const json::value& document) {
  parsed<deployment_draft> draft;
  document_reader reader{document, "", draft.mistakes};
  draft.value.id = reader.text("id", {.most = 63});
  if (draft.value.id && !is_deployment_id(*draft.value.id) && !concerns(draft.mistakes, reader.pointer("id"))) {
    reader.mistake("id", mistake_code::malformed, std::string{deployment_id_rule});
  }
  const auto name = reader.text("name", {.most = limits::deployment_name_length});
  if (!name || name->empty()) {
    reader.require("name", "what people call the deployment");
  } else if (!is_deployment_name(*name)) {
    reader.mistake("name", mistake_code::malformed,
                   "alphanumeric characters, '-' or '_' , and must start and end with an alphanumeric character.");
  }
  draft.value.name = name.value_or("");
  const auto group = reader.text("group", {.most = 63});
  if (!group || group->empty()) reader.require("group", "the name of the group that it belongs to");
  draft.value.group = group.value_or("");
  draft.value.spec = read_spec(reader, draft.mistakes);
  draft.value.update_message =
      reader.text("updateMessage", {.most = limits::update_message_length, .several_lines = true}).value_or("");
  for (const std::string_view member : read_only_members) reader.read_only({member});
  reader.refuse_others();
  return draft;
}

namespace {

/// `lay_over`: what the members come to that were given, beside those that are there.
template <class LayOver>
parsed<deployment_change> read_change(const deployment& current, const json::value& document, LayOver lay_over) {
  parsed<deployment_change> change;
  change.value.spec = current.current.spec;
  const auto* given = document.if_object();
  if (given == nullptr) {
    change.mistakes.push_back({"", std::string{mistake_code::wrong_type}, "must be a JSON object"});
    return change;
  }
  const json::value merged = lay_over(*given);
  document_reader reader{merged, "", change.mistakes};
  reader.fixed(*given, "id", current.id);
  reader.fixed(*given, "name", current.name);
  reader.fixed(*given, "group", current.group);
  change.value.spec = read_spec(reader, change.mistakes);
  if (change.value.spec.external.has_value() != current.current.spec.external.has_value()) {
    reader.mistake(current.current.spec.external ? "external" : "modelImage", mistake_code::immutable_member,
                   "cannot be changed from an image to external replicas or back; make another deployment");
  }
  change.value.update_message =
      reader.text("updateMessage", {.most = limits::update_message_length, .several_lines = true});
  for (const std::string_view member : read_only_members) reader.read_only({member});
  reader.refuse_others();
  return change;
}

}  // namespace

parsed<deployment_change> read_deployment_patch(const deployment& current, const json::value& patch) {
  auto change = read_change(current, patch, [&current](const json::object& given) {
    return patched_document(to_json(current.current.spec), given, {"id", "name", "group"});
  });
  // To start something by leaving it out is nothing that anybody means.
  const auto* members = patch.if_object();
  const auto* stop = members == nullptr ? nullptr : members->if_contains("stop");
  if (stop != nullptr && stop->is_null())
    change.mistakes.push_back({"/stop", std::string{mistake_code::wrong_type}, "must be true or false"});
  return change;
}

parsed<deployment_change> read_deployment_replacement(const deployment& current, const json::value& document) {
  return read_change(current, document, [&current](const json::object& given) {
    json::object merged = patched_document({{"stop", current.current.spec.stop}}, given, {"id", "name", "group"});
    if (merged["stop"].is_null()) merged["stop"] = current.current.spec.stop;
    return merged;
  });
}

json::object to_json(const deployment_spec& spec, const serving_defaults* defaults) {
  json::object metadata;
  for (const auto& [key, value] : spec.metadata) metadata.emplace(key, value);
  json::array env;
  for (const env_variable& variable : spec.env) {
    env.push_back(json::object{{"name", variable.name}, {"value", variable.value}});
  }
  json::object document;
  document.emplace("modelImage", spec.external ? json::value(nullptr) : json::value(spec.model_image));
  document.emplace("external", spec.external ? json::value(to_json(*spec.external)) : json::value(nullptr));
  document.emplace("modelURI", optional_text(spec.model_uri));
  document.emplace("imagePullSecret", optional_text(spec.image_pull_secret));
  document.emplace("instanceType", spec.instance_type.empty() ? json::value(nullptr) : json::value(spec.instance_type));
  document.emplace("replicas", spec.external ? json::value(nullptr) : json::value(spec.replicas));
  document.emplace("endpointAccessType", spec.access == config::access_type::clients ? "private" : "public");
  document.emplace("description", spec.description);
  document.emplace("metadata", std::move(metadata));
  document.emplace("env", std::move(env));
  document.emplace("serving", to_json(spec.serving, defaults));
  document.emplace("progressDeadline", spec.progress_deadline.count());
  document.emplace("autoRollback", spec.auto_rollback);
  document.emplace("stop", spec.stop);
  return document;
}

json::array differences(const json::object& before, const json::object& after) {
  json::array found;
  add_differences(before, after, "", found);
  return found;
}

json::array differences(const deployment_spec& before, const deployment_spec& after) {
  return differences(to_json(before), to_json(after));
}

std::string to_stored_text(const deployment_spec& spec) {
  return json::serialize(to_json(spec));
}

result<deployment_spec, diagnostics> from_stored_text(std::string_view text) {
  boost::system::error_code broken;
  const json::value document = json::parse(json::string_view{text.data(), text.size()}, broken);
  if (broken) return diagnostics{{"", std::string{mistake_code::malformed}, "is not JSON"}};
  diagnostics mistakes;
  document_reader reader{document, "", mistakes};
  deployment_spec spec = read_spec(reader, mistakes);
  const bool unusable = std::any_of(mistakes.begin(), mistakes.end(), [](const diagnostic& mistake) {
    return mistake.code == mistake_code::wrong_type || mistake.code == mistake_code::required;
  });
  if (unusable) return mistakes;
  return spec;
}

}  // namespace modelgate::control::domain
