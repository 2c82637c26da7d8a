#include "control/runtime/runtime_choice.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace modelgate::control::runtime {
namespace {

bool names(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

config::runtime_kind choose_runtime(const config::settings& settings, const placement& where) {
  using config::runtime_kind;
  if (!where.instance_type.empty()) {
    if (names(settings.docker_runtime.instance_types, where.instance_type)) return runtime_kind::docker;
    if (names(settings.podman_runtime.instance_types, where.instance_type)) return runtime_kind::podman;
  }
  if (names(settings.docker_runtime.groups, where.group)) return runtime_kind::docker;
  if (names(settings.podman_runtime.groups, where.group)) return runtime_kind::podman;
  return settings.default_runtime;
}

}  // namespace modelgate::control::runtime
