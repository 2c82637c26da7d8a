#include "control/domain/quota.hpp"

#include "control/domain/units.hpp"

namespace modelgate::control::domain {
namespace {

std::string text_of(quota_resource resource, std::int64_t amount) {
  return decimal_text(in_api_unit(resource, amount));
}

std::string refusal_of(const group& owner, const quota_line& line) {
  if (line.resource == quota_resource::deployments) return "Group Maximum Deployments exceeded";
  std::string text = "Group " + owner.name + " exceeded " + std::string{to_string(line.resource)} + " quota: "
                     + text_of(line.resource, *line.limit) + ", requesting " + text_of(line.resource, line.requested);
  if (line.used > 0) text += ", in use " + text_of(line.resource, line.used);
  return text;
}

}  // namespace

std::string_view to_string(quota_resource resource) noexcept {
  switch (resource) {
    case quota_resource::cpu:
      return "cpu";
    case quota_resource::memory:
      return "memory";
    case quota_resource::gpu:
      return "gpu";
    case quota_resource::deployments:
      return "deployments";
  }
  return "";
}

std::string to_text(const std::vector<quota_line>& lines) {
  std::string text;
  for (const quota_line& line : lines) {
    if (!line.exceeded) continue;
    if (!text.empty()) text += "; ";
    text.append(to_string(line.resource)).append(": ").append(text_of(line.resource, line.requested));
    text.append(" requested, ").append(text_of(line.resource, line.used));
    text.append(" used, limit ").append(text_of(line.resource, *line.limit));
  }
  return text;
}

double in_api_unit(quota_resource resource, std::int64_t amount) noexcept {
  switch (resource) {
    case quota_resource::cpu:
      return from_thousandths(amount);
    case quota_resource::memory:
      return gib_from_sum(amount);
    case quota_resource::gpu:
      break;
    case quota_resource::deployments:
      break;
  }
  return static_cast<double>(amount);
}

quota_verdict check_quota(const group& owner, const group_usage& used, const group_usage& requested,
                          const group_usage& held) {
  quota_verdict verdict;
  const auto add = [&](quota_resource resource, std::int64_t asked, std::int64_t taken, std::int64_t has,
                       std::optional<std::int64_t> limit) {
    quota_line line{resource, asked, taken, limit, false};
    line.exceeded = limit && asked > has && saturating_add(taken, asked) > *limit;
    if (line.exceeded) {
      if (!verdict.refusal.empty()) verdict.refusal += "; ";
      verdict.refusal += refusal_of(owner, line);
    }
    verdict.lines.push_back(line);
  };
  add(quota_resource::cpu, requested.total.cpu_milli, used.total.cpu_milli, held.total.cpu_milli,
      owner.quota.cpu_milli);
  add(quota_resource::memory, requested.total.memory_bytes, used.total.memory_bytes, held.total.memory_bytes,
      owner.quota.memory_bytes);
  add(quota_resource::gpu, requested.total.gpu, used.total.gpu, held.total.gpu, owner.quota.gpu);
  add(quota_resource::deployments, requested.deployments, used.deployments, held.deployments, owner.max_deploy);
  return verdict;
}

}  // namespace modelgate::control::domain
