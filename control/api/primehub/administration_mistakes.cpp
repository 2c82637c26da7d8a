#include "control/api/primehub/administration_mistakes.hpp"

#include "control/api/primehub/administration_document.hpp"
#include "control/api/primehub/caller.hpp"
#include "control/api/primehub/words.hpp"
#include "control/domain/units.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace modelgate::control::primehub {
namespace {

namespace json = boost::json;
using mistake = std::optional<graphql::fault>;

graphql::fault wrong(std::string sentence) {
  return {std::move(sentence), "REQUEST_BODY_INVALID"};
}

std::optional<double> number_in(const json::object& data, std::string_view member) {
  const auto* value = given(data, member);
  return value == nullptr ? std::nullopt : std::optional{value->to_number<double>()};
}

/// `small` may not be more than `large`, which is what is given or else what holds already; absent: no bound.
mistake over(const json::object& data, std::string_view small, std::string_view large, std::optional<double> holds) {
  const auto asked = number_in(data, small);
  if (data.if_contains(large) != nullptr) holds = number_in(data, large);
  if (!asked || !holds || *asked <= *holds) return std::nullopt;
  return wrong(std::string{small} + " must not be more than " + std::string{large});
}

bool is_of_length(const std::string& text) {
  constexpr std::size_t shortest = 3;
  constexpr std::size_t longest = 63;
  return text.size() >= shortest && text.size() <= longest;
}

/// Source: PrimeHub's SDK, `admin instancetypes create`.
mistake mistake_in_toleration(const json::object& of) {
  constexpr std::array<std::string_view, 4> effects{"NoSchedule", "PreferNoSchedule", "NoExecute", "None"};
  const std::string way = given_text(of, "operator");
  const std::string key = given_text(of, "key");
  const std::string value = given_text(of, "value");
  const std::string effect = given_text(of, "effect");
  if (way != "Equal" && way != "Exists") return wrong("tolerations: operator must be Equal or Exists");
  if (!key.empty() && !is_of_length(key)) return wrong("tolerations: key must have 3 to 63 characters");
  if (!value.empty() && !is_of_length(value)) return wrong("tolerations: value must have 3 to 63 characters");
  if (way == "Equal" && (key.empty() || value.empty())) return wrong("tolerations: Equal needs a key and a value");
  if (way == "Exists" && !value.empty()) return wrong("tolerations: Exists has no value");
  if (!effect.empty() && std::find(effects.begin(), effects.end(), effect) == effects.end())
    return wrong("tolerations: effect must be NoSchedule, PreferNoSchedule or NoExecute");
  return std::nullopt;
}

mistake mistake_in_tolerations(const json::object& data) {
  const auto* tolerations = given(data, "tolerations");
  const auto* set = tolerations == nullptr ? nullptr : given(tolerations->get_object(), "set");
  if (set == nullptr) return std::nullopt;
  for (const json::value& each : set->get_array()) {
    if (each.is_null()) continue;
    if (auto found = mistake_in_toleration(each.get_object())) return found;
  }
  return std::nullopt;
}

}  // namespace

mistake mistake_in_group(const json::object& data, const domain::group* now) {
  // What else a name may not be, the service knows.
  if (now == nullptr && given_text(data, "name").size() == 1) return wrong("name must have two characters or more");
  const auto* enabled = given(data, "enabledDeployment");
  const bool deploys = enabled != nullptr ? enabled->as_bool() : now != nullptr && now->enabled_deployment;
  if (given(data, "maxDeploy") != nullptr && !deploys) return wrong("maxDeploy needs enabledDeployment: true");
  std::optional<double> cpu;
  std::optional<double> memory;
  std::optional<double> gpu;
  if (now != nullptr) {
    if (now->quota.cpu_milli) cpu = domain::from_thousandths(*now->quota.cpu_milli);
    if (now->quota.memory_bytes) memory = domain::gib_from(*now->quota.memory_bytes);
    if (now->quota.gpu) gpu = static_cast<double>(*now->quota.gpu);
  }
  if (auto found = over(data, "quotaCpu", "projectQuotaCpu", cpu)) return found;
  if (auto found = over(data, "quotaMemory", "projectQuotaMemory", memory)) return found;
  return over(data, "quotaGpu", "projectQuotaGpu", gpu);
}

mistake mistake_in_instance_type(const json::object& data, const domain::instance_type* now) {
  for (const std::string_view member : {"cpuLimit", "memoryLimit"}) {
    if (number_in(data, member).value_or(1) <= 0) return wrong("field " + std::string{member} + " should > zero");
  }
  for (const std::string_view member : {"cpuRequest", "memoryRequest"}) {
    if (number_in(data, member).value_or(0) < 0) return wrong("field " + std::string{member} + " should >= zero");
  }
  for (const std::string& group : links_of(data, "groups").connect) {
    // Else it would be told that it was done, and be nowhere.
    if (group != everyone && is_for_all(data, now))
      return wrong("groups: the instance type is for all; make it global: false to connect groups");
  }
  constexpr double usual = 1;  // of a new one
  const double cpu = now == nullptr ? usual : domain::from_thousandths(now->per_replica.cpu_milli);
  const double memory = now == nullptr ? usual : domain::gib_from(now->per_replica.memory_bytes);
  if (auto found = over(data, "cpuRequest", "cpuLimit", cpu)) return found;
  if (auto found = over(data, "memoryRequest", "memoryLimit", memory)) return found;
  return mistake_in_tolerations(data);
}

}  // namespace modelgate::control::primehub
