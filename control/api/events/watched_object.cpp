#include "control/api/events/watched_object.hpp"

#include <array>
#include <utility>

namespace modelgate::control::events {
namespace {

constexpr std::array<std::pair<std::string_view, object_kind>, 7> topics{{
    {"instance-types", object_kind::instance_type},
    {"groups", object_kind::group},
    {"users", object_kind::user},
    {"tokens", object_kind::token},
    {"deployments", object_kind::deployment},
    {"replicas", object_kind::replica},
    {"clients", object_kind::client},
}};

}  // namespace

std::string_view to_string(object_kind kind) noexcept {
  switch (kind) {
    case object_kind::instance_type:
      return "instanceType";
    case object_kind::group:
      return "group";
    case object_kind::user:
      return "user";
    case object_kind::token:
      return "token";
    case object_kind::deployment:
      return "deployment";
    case object_kind::replica:
      return "replica";
    case object_kind::client:
      return "client";
  }
  return "";
}

std::optional<object_kind> kind_of_topic(std::string_view topic) noexcept {
  for (const auto& [name, kind] : topics) {
    if (name == topic) return kind;
  }
  return std::nullopt;
}

}  // namespace modelgate::control::events
