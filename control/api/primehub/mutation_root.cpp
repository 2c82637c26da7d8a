#include "control/api/primehub/mutation_root.hpp"

#include "control/api/primehub/words.hpp"
#include "control/domain/audit_event.hpp"
#include "control/domain/names.hpp"

#include <array>

namespace modelgate::control::primehub {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_name = 128;

/// What the trail says a change is about: "deployments/iris". Names come from the caller, so they are cut.
std::string resource_of(std::string_view field, const json::object& arguments) {
  std::string name = where_id(arguments);
  const auto from = [&](std::string_view input, std::string_view member) {
    const auto* members = given(arguments, input);
    if (name.empty() && members != nullptr) name = given_text(members->get_object(), member);
  };
  for (const std::string_view input : {"where", "data"}) {
    for (const std::string_view member : {"deploymentId", "id", "name", "username"}) from(input, member);
  }
  if (name.empty()) name = given_text(arguments, "id");
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kinds{{{"PhDeployment", "deployments"},
                                                                                {"Group", "groups"},
                                                                                {"InstanceType", "instance-types"},
                                                                                {"ApiToken", "tokens"}}};
  std::string resource = "users";
  for (const auto& [word, kind] : kinds) {
    if (field.find(word) != std::string_view::npos) resource = kind;
  }
  if (!name.empty()) resource.append("/").append(domain::cut(name, longest_name));
  return resource;
}

/// As the REST API would have answered.
unsigned status_of(const graphql::resolution& done) {
  if (done) return 200;
  constexpr std::array<std::pair<std::string_view, unsigned>, 7> statuses{{{"RESOURCE_NOT_FOUND", 404},
                                                                           {"NOT_AUTH", 403},
                                                                           {"EXCEED_QUOTA", 403},
                                                                           {"RESOURCE_CONFLICT", 409},
                                                                           {"API_UNAVAILABLE", 503},
                                                                           {"BUSY", 503},
                                                                           {"INTERNAL_ERROR", 500}}};
  for (const auto& [code, status] : statuses) {
    if (done.error().code == code) return status;
  }
  return 422;
}

}  // namespace

graphql::resolution mutation_root::get(std::string_view field, const json::object& arguments) const {
  const changer deployments = find_deployment_change(field);
  const changer change = deployments != nullptr ? deployments : find_administration_change(field);
  domain::audit_event event = by_.event_of(field);
  event.resource = resource_of(field, arguments);
  const auto number = by_.all().trail.begin(event);
  if (!number) return fault_of(number.error());
  auto done = by_.who().read_only ? graphql::resolution{graphql::fault{"this API token is read-only", "NOT_AUTH"}}
                                  : change(by_, arguments);
  by_.all().trail.end(*number, event.resource, status_of(done));
  return done;
}

}  // namespace modelgate::control::primehub
