#include "control/runtime/container/registry_access.hpp"

#include "modelgate/base/base64.hpp"
#include "modelgate/base/result.hpp"
#include "modelgate/crypto/base64.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace modelgate::control::runtime::container {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  const json::string& text = value->get_string();
  return {text.data(), text.size()};
}

/// "https://index.docker.io/v1/" -> "docker.io", "https://ghcr.io/team/" -> "ghcr.io/team".
std::string plain_place(std::string_view key) {
  if (const auto scheme = key.find("://"); scheme != std::string_view::npos) key.remove_prefix(scheme + 3);
  while (key.ends_with('/')) key.remove_suffix(1);
  for (const std::string_view version : {"/v1", "/v2"}) {
    if (key.ends_with(version)) key.remove_suffix(version.size());
  }
  if (key == "index.docker.io" || key == "registry-1.docker.io" || key == "registry.hub.docker.com") key = "docker.io";
  return std::string{key};
}

/// How well an entry fits: the length of what it names; 0: not at all.
std::size_t fit(const std::string& place, const std::string& registry, const std::string& image_path) {
  if (place == registry) return place.size();
  return image_path.starts_with(place + "/") ? place.size() : 0;
}

/// What engines expect: `auth` is for files only.
json::object access_of(const json::object& entry) {
  json::object access;
  for (const std::string_view key : {"identitytoken", "registrytoken"}) {
    if (const auto token = text_of(entry, key); !token.empty()) access.emplace(key, token);
  }
  std::string user = text_of(entry, "username");
  std::string password = text_of(entry, "password");
  if (const std::string both = text_of(entry, "auth"); user.empty() && !both.empty()) {
    std::string plain(both.size(), '\0');
    plain.resize(crypto::decode_base64(both, plain).value_or(0));
    if (const auto colon = plain.find(':'); colon != std::string::npos) {
      user = plain.substr(0, colon);
      password = plain.substr(colon + 1);
    }
  }
  if (!user.empty()) {
    access.emplace("username", user);
    access.emplace("password", password);
  }
  return access;
}

}  // namespace

crypto::secret registry_auth(std::string_view docker_config, std::string_view registry, std::string_view repository) {
  error_code broken;
  const json::value config = json::parse(docker_config, broken);
  const auto* members = broken ? nullptr : config.if_object();
  const auto* auths = members == nullptr ? nullptr : members->if_contains("auths");
  if (auths == nullptr || !auths->is_object()) return {};
  const std::string at{registry};
  const std::string path =
      repository.starts_with(at + "/") ? std::string{repository} : at + "/" + std::string{repository};
  const json::object* best = nullptr;
  std::size_t best_fit = 0;
  for (const auto& entry : auths->get_object()) {
    const std::size_t fits = fit(plain_place(entry.key()), at, path);
    if (fits <= best_fit || !entry.value().is_object()) continue;
    best_fit = fits;
    best = &entry.value().get_object();
  }
  if (best == nullptr) return {};
  json::object access = access_of(*best);
  if (access.empty()) return {};
  access.emplace("serveraddress", at == "docker.io" ? "https://index.docker.io/v1/" : at);
  std::string text = base64(json::serialize(access));
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return crypto::secret{std::move(text)};
}

}  // namespace modelgate::control::runtime::container
