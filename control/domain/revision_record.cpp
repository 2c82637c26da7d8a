#include "control/domain/revision_record.hpp"

#include "control/domain/deployment_document.hpp"
#include "control/domain/units.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace modelgate::control::domain {
namespace {

namespace json = boost::json;

json::object to_json(const instance_type_copy& type) {
  return {{"name", type.name},
          {"displayName", type.display_name},
          {"cpu", from_thousandths(type.per_replica.cpu_milli)},
          {"memoryGiB", gib_from(type.per_replica.memory_bytes)},
          {"gpu", type.per_replica.gpu}};
}

/// The members that both revisions know. The type's name is one of the spec's members, which are compared anyway.
json::object comparable(const revision_context& context, const revision_context& other) {
  json::object document = to_json(context);
  if (context.group.empty() || other.group.empty()) document.erase("group");
  if (!context.clients || !other.clients) {
    document.erase("clients");
    document.erase("instanceType");
  } else if (auto* type = document["instanceType"].if_object()) {
    type->erase("name");
  }
  return document;
}

}  // namespace

json::object to_json(const revision_context& context) {
  json::value clients = nullptr;
  if (context.clients) {
    auto& names = clients.emplace_array();
    for (const std::string& name : *context.clients) names.push_back(json::value(name));
  }
  json::object document;
  document.emplace("group", context.group.empty() ? json::value(nullptr) : json::value(context.group));
  document.emplace("instanceType",
                   context.instance_type ? json::value(to_json(*context.instance_type)) : json::value(nullptr));
  document.emplace("clients", std::move(clients));
  return document;
}

json::array differences(const recorded_revision& before, const recorded_revision& after) {
  json::array found = differences(before.spec, after.spec);
  for (json::value& each : differences(comparable(before.then, after.then), comparable(after.then, before.then))) {
    found.push_back(std::move(each));
  }
  return found;
}

}  // namespace modelgate::control::domain
