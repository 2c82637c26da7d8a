#include "control/api/primehub/deployment_document.hpp"

#include "control/api/primehub/administration_nodes.hpp"
#include "control/api/primehub/words.hpp"

#include <boost/json/value.hpp>

#include <algorithm>

namespace modelgate::control::primehub {
namespace {

namespace json = boost::json;

constexpr std::string_view kept_names[] = {"replicas",    "modelImage",    "modelURI",
                                           "description", "updateMessage", "env",
                                           "metadata",    "instanceType",  "endpointAccessType"};

std::string in_small_letters(std::string words) {
  std::transform(words.begin(), words.end(), words.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return words;
}

void take_given(const json::object& data, json::object& to) {
  for (const std::string_view name : kept_names) {
    if (const auto* value = given(data, name)) to.emplace(name, *value);
  }
}

}  // namespace

json::object document_of_new(const json::object& data) {
  json::object document{{"id", in_small_letters(given_text(data, "id"))}};
  if (const auto* name = given(data, "name")) document.emplace("name", *name);
  if (const auto* group = given(data, "groupId")) document.emplace("group", *group);
  take_given(data, document);
  if (const std::string secret = given_text(data, "imagePullSecret"); !secret.empty()) {
    document.emplace("imagePullSecret", pull_secret_name(secret));
  }
  return document;
}

json::object patch_of(const json::object& data, const domain::deployment& now) {
  json::object patch;
  take_given(data, patch);
  if (const auto* secret = data.if_contains("imagePullSecret")) {
    if (secret->is_null()) patch.emplace("imagePullSecret", nullptr);
    if (const std::string id = given_text(data, "imagePullSecret"); !id.empty()) {
      patch.emplace("imagePullSecret", pull_secret_name(id));
    }
  }
  if (auto* metadata = patch.if_contains("metadata"); metadata != nullptr && metadata->is_object()) {
    json::object& entries = metadata->get_object();
    const bool replaces = !entries.empty();
    for (const auto& [key, unused] : now.current.spec.metadata) {
      if (replaces && !entries.contains(key)) entries.emplace(key, nullptr);
    }
  }
  if (!patch.contains("updateMessage")) patch.emplace("updateMessage", now.current.update_message);
  patch.emplace("stop", false);
  return patch;
}

}  // namespace modelgate::control::primehub
