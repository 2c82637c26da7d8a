#include "control/api/primehub/words.hpp"

#include "control/api/rest/problem.hpp"
#include "control/domain/document_reader.hpp"

#include <cmath>

namespace modelgate::control::primehub {
namespace {

namespace json = boost::json;

/// PrimeHub's sentence for the first thing that there is too little of, in the order in which it looks.
std::string quota_sentence(const std::vector<domain::quota_line>& lines) {
  using domain::quota_resource;
  constexpr std::pair<quota_resource, const char*> sentences[] = {
      {quota_resource::deployments, "Group Maximum Deployments exceeded"},
      {quota_resource::gpu, "Group Gpu Quota exceeded"},
      {quota_resource::cpu, "Group Cpu Quota exceeded"},
      {quota_resource::memory, "Group Memory exceeded"}};
  for (const auto& [resource, sentence] : sentences) {
    for (const domain::quota_line& line : lines) {
      if (line.resource == resource && line.exceeded) return sentence;
    }
  }
  return {};
}

std::string sentence_of(const diagnostic& mistake) {
  const bool whole = !mistake.detail.empty() && mistake.detail.front() >= 'A' && mistake.detail.front() <= 'Z';
  if (whole || mistake.where.empty()) return mistake.detail;
  std::string member = mistake.where.substr(1);
  if (member == "group") member = "groupId";
  return member + " " + mistake.detail;
}

graphql::fault fault_of_mistakes(const service::service_error& error, const std::string& code) {
  std::string sentence;
  for (const diagnostic& mistake : error.mistakes) {
    if (mistake.code == domain::mistake_code::illegal_env_name) return {mistake.detail, mistake.code};
    sentence += (sentence.empty() ? "" : "; ") + sentence_of(mistake);
  }
  return {sentence.empty() ? error.detail : sentence, code};
}

}  // namespace

graphql::fault fault_of(const service::service_error& error, resource_kind kind, const std::string& name) {
  const std::string code = rest::problem{error}.code;
  if (error.kind == service::failure::not_found && !name.empty()) {
    if (kind == resource_kind::deployment) return {"phdeployments.primehub.io \"" + name + "\" not found", code};
    if (kind == resource_kind::instance_type) return {"instancetypes.primehub.io \"" + name + "\" not found", code};
  }
  if (error.kind == service::failure::over_quota) {
    graphql::fault told{quota_sentence(error.quota), code};
    told.detail = error.detail;
    return told;
  }
  if (!error.mistakes.empty()) return fault_of_mistakes(error, code);
  if (error.kind == service::failure::storage_unavailable) return {error.detail, "API_UNAVAILABLE"};
  return {error.detail, code};
}

graphql::resolved number(double value) {
  constexpr double largest_whole = 9'007'199'254'740'992.0;
  if (value == std::floor(value) && std::abs(value) < largest_whole) {
    return {json::value(static_cast<std::int64_t>(value))};
  }
  return {json::value(value)};
}

std::string in_seconds(system_time at) {
  const std::string precise = format_rfc3339(at);
  return precise.substr(0, precise.find('.')) + "Z";
}

const json::value* given(const json::object& in, std::string_view member) {
  const auto* value = in.if_contains(member);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string given_text(const json::object& in, std::string_view member) {
  const auto* value = given(in, member);
  return value == nullptr || !value->is_string() ? std::string{} : std::string{value->get_string()};
}

std::string where_id(const json::object& arguments) {
  const auto* where = given(arguments, "where");
  return where == nullptr ? std::string{} : given_text(where->get_object(), "id");
}

}  // namespace modelgate::control::primehub
