#pragma once

#include "control/api/events/event_log.hpp"

#include <initializer_list>
#include <memory>
#include <string>

namespace modelgate::control::events::tests {

/// A deployment of a group, at a revision.
inline object_ptr deployment(const std::string& id, const std::string& group, std::uint64_t revision) {
  watched_object made;
  made.key = {object_kind::deployment, id};
  made.revision = revision;
  made.deployment = id;
  made.visible_to.groups = {group};
  made.view = R"({"revision":)" + std::to_string(revision) + "}";
  return std::make_shared<const watched_object>(std::move(made));
}

inline object_ptr replica(const std::string& deployment, const std::string& name, const std::string& group) {
  watched_object made;
  made.key = {object_kind::replica, deployment + "/" + name};
  made.revision = 1;
  made.deployment = deployment;
  made.visible_to.groups = {group};
  made.view = R"({"name":")" + name + "\"}";
  return std::make_shared<const watched_object>(std::move(made));
}

/// Absent groups: everybody's.
inline object_ptr instance_type(const std::string& name, std::optional<std::vector<std::string>> groups) {
  watched_object made;
  made.key = {object_kind::instance_type, name};
  made.visible_to = {!groups, groups.value_or(std::vector<std::string>{})};
  made.view = R"({"name":")" + name + "\"}";
  return std::make_shared<const watched_object>(std::move(made));
}

inline object_map_ptr state(std::initializer_list<object_ptr> objects) {
  auto made = std::make_shared<object_map>();
  for (const object_ptr& object : objects) made->emplace(object->key, object);
  return made;
}

/// Takes the log to another state, as the hub does.
inline void go_to(event_log& log, std::initializer_list<object_ptr> objects) {
  auto next = state(objects);
  auto changes = differences(*log.objects(), *next);
  log.append(std::move(changes), std::move(next));
}

}  // namespace modelgate::control::events::tests
