#include "control/domain/pull_secret_document.hpp"

#include "control/domain/limits.hpp"
#include "control/domain/names.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace modelgate::control::domain {
namespace {

namespace json = boost::json;

constexpr std::string_view whole = "dockerConfigJson";

/// "ghcr.io", "registry:5000/team", "https://index.docker.io/v1/".
bool is_registry(std::string_view text) {
  return !text.empty() && text.size() <= limits::registry_length
         && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f && c != '@' && c != '"'; });
}

bool is_text(const json::object& entry, std::string_view member) {
  const auto* value = entry.if_contains(member);
  return value != nullptr && value->is_string() && !value->get_string().empty();
}

bool has_credentials(const json::object& entry) {
  return is_text(entry, "auth") || is_text(entry, "identitytoken") || is_text(entry, "registrytoken")
         || (is_text(entry, "username") && is_text(entry, "password"));
}

crypto::secret config_of(json::object auths) {
  json::object config;
  config.emplace("auths", std::move(auths));
  return crypto::secret{json::serialize(config)};
}

/// The credentials in a docker config; what else stands in such a file is about docker and not about registries.
void take_auths(const json::value& config, document_reader& reader, pull_secret_draft& read, diagnostics& mistakes) {
  const auto* members = config.if_object();
  const auto* auths = members == nullptr ? nullptr : members->if_contains("auths");
  if (auths == nullptr || !auths->is_object() || auths->get_object().empty()) {
    reader.mistake(whole, mistake_code::malformed, "must be a docker config: {\"auths\": {\"<registry>\": {...}}}");
    return;
  }
  const json::object& entries = auths->get_object();
  if (entries.size() > limits::docker_config_registries) {
    reader.mistake(whole, mistake_code::too_many,
                   "names more than " + std::to_string(limits::docker_config_registries) + " registries");
  }
  const std::string where = pointer_to(reader.pointer(whole), "auths");
  for (const auto& entry : entries) {
    std::string registry{entry.key()};
    if (!is_registry(registry)) {
      mistakes.push_back({where, std::string{mistake_code::malformed}, "names something that is no registry"});
    } else if (!entry.value().is_object() || !has_credentials(entry.value().get_object())) {
      mistakes.push_back({pointer_to(where, registry), std::string{mistake_code::required},
                          "needs auth, or username and password; a docker that keeps them in a credential store leaves "
                          "them out"});
    }
    read.record.registries.push_back(std::move(registry));
  }
  std::sort(read.record.registries.begin(), read.record.registries.end());
  read.docker_config = config_of(entries);
}

void read_whole(const json::value& given, document_reader& reader, pull_secret_draft& read, diagnostics& mistakes) {
  read.record.registries.clear();
  read.record.user.reset();
  const auto* text = given.if_string();
  if (text == nullptr) {
    if (json::serialize(given).size() > limits::docker_config_bytes) {
      reader.mistake(whole, mistake_code::too_long,
                     "at most " + std::to_string(limits::docker_config_bytes) + " bytes are allowed");
      return;
    }
    take_auths(given, reader, read, mistakes);
    return;
  }
  boost::system::error_code broken;
  const json::value config = text->size() > limits::docker_config_bytes ? json::value{} : json::parse(*text, broken);
  take_auths(broken ? json::value{} : config, reader, read, mistakes);
}

/// The members `registry`, `user` and `password`, or a whole config; `current` is what holds where they are left out.
void read_credentials(document_reader& reader, const pull_secret* current, pull_secret_draft& read,
                      diagnostics& mistakes) {
  const auto registry = reader.text("registry", {.most = limits::registry_length});
  const auto user = reader.text("user", {.most = limits::registry_user_length});
  auto text = reader.text("password", {.most = limits::registry_password_length, .several_lines = true});
  const crypto::secret password{text.value_or("")};
  if (const auto* given = reader.raw(whole)) {
    if (registry || user || text) {
      reader.mistake(whole, mistake_code::exactly_one, "give it, or registry, user and password");
    }
    read_whole(*given, reader, read, mistakes);
    return;
  }
  if (current != nullptr && !registry && !user && !text) return;
  const bool single = current != nullptr && current->user && current->registries.size() == 1;
  const std::string at = registry.value_or(single ? current->registries.front() : "");
  const std::string as = user.value_or(single ? *current->user : "");
  if (at.empty()) {
    reader.require("registry", "where the images are, such as \"ghcr.io\"");
  } else if (!is_registry(at)) {
    reader.mistake("registry", mistake_code::malformed, "must be a registry, such as \"ghcr.io\" or \"registry:5000\"");
  }
  if (as.empty()) reader.require("user", "who pulls");
  if (password.empty()) reader.require("password", "the password or access token of the user");
  read.record.registries = {at};
  read.record.user = as;
  read.docker_config =
      config_of({{at, json::object{{"username", as},
                                   {"password", json::string{password.reveal().data(), password.reveal().size()}}}}});
}

void refuse_what_is_ours(document_reader& reader) {
  reader.read_only({"registries", "createdAt", "createdBy", "updatedAt", "updatedBy"});
  reader.refuse_others();
}

}  // namespace

parsed<pull_secret_draft> read_pull_secret(const json::value& document) {
  parsed<pull_secret_draft> answer;
  document_reader reader{document, "", answer.mistakes};
  pull_secret& record = answer.value.record;
  record.name = reader.text("name", {.most = limits::pull_secret_length}).value_or("");
  if (record.name.empty()) {
    reader.require("name", "the name by which deployments use it");
  } else if (!is_pull_secret_name(record.name)) {
    reader.mistake("name", mistake_code::malformed,
                   "must be lower-case letters, digits, '-' or '.', with a letter or digit at both ends");
  }
  record.group = reader.text("group", {.most = 63});
  read_credentials(reader, nullptr, answer.value, answer.mistakes);
  refuse_what_is_ours(reader);
  return answer;
}

parsed<pull_secret_draft> read_pull_secret_patch(const pull_secret& current, const json::value& patch) {
  parsed<pull_secret_draft> answer;
  document_reader reader{patch, "", answer.mistakes};
  answer.value.record = current;
  if (const auto* members = patch.if_object()) {
    reader.fixed(*members, "name", current.name);
    const auto* group = members->if_contains("group");
    const bool same =
        group == nullptr || (group->is_null() && !current.group)
        || (group->is_string() && current.group && std::string_view{group->get_string()} == *current.group);
    static_cast<void>(reader.raw("group"));
    if (!same) {
      reader.mistake("group", mistake_code::immutable_member, "cannot be changed; make another pull secret");
    }
  }
  read_credentials(reader, &current, answer.value, answer.mistakes);
  refuse_what_is_ours(reader);
  return answer;
}

json::object to_json(const pull_secret& value) {
  json::array registries;
  for (const std::string& each : value.registries) registries.push_back(json::value(each));
  const auto text_or_null = [](const std::optional<std::string>& text) {
    return text ? json::value(*text) : json::value(nullptr);
  };
  json::object document;
  document.emplace("name", value.name);
  document.emplace("group", text_or_null(value.group));
  document.emplace("registries", std::move(registries));
  document.emplace("user", text_or_null(value.user));
  document.emplace("createdAt", format_rfc3339(value.created_at));
  document.emplace("createdBy", value.created_by);
  document.emplace("updatedAt", format_rfc3339(value.updated_at));
  document.emplace("updatedBy", value.updated_by);
  return document;
}

}  // namespace modelgate::control::domain
