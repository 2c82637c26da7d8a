#pragma once

#include "control/api/graphql/execution.hpp"
#include "control/domain/deployment_status.hpp"
#include "control/service/service_error.hpp"

#include "modelgate/base/clock.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// PrimeHub's words for what the service says.
namespace modelgate::control::primehub {

/// What stands where `not found` is told: "phdeployments.primehub.io", which the SDK looks for; and how members of it are
/// called.
enum class resource_kind { deployment, instance_type, group, user, other };

/// Quota refusals have PrimeHub's sentence and, as detail, the arithmetic.
[[nodiscard]] graphql::fault fault_of(const service::service_error& error, resource_kind kind = resource_kind::other,
                                      const std::string& name = {});

/// What a deployment's status is, in PrimeHub's sentences; where it has none for it, in ours.
[[nodiscard]] std::string message_of(const domain::deployment_status& status);
/// Those that there are as PrimeHub has it: what has ended of a stopped deployment is gone.
[[nodiscard]] std::vector<domain::replica_status> pods_of(const domain::deployment_status& status);

[[nodiscard]] inline graphql::resolved text(std::string_view words) {
  return {boost::json::value(words)};
}
[[nodiscard]] inline graphql::resolved text_or_null(std::string_view words) {
  return words.empty() ? graphql::resolved{} : text(words);
}
/// A whole one without a fraction, as JavaScript writes it.
[[nodiscard]] graphql::resolved number(double value);
[[nodiscard]] inline graphql::resolved count(std::int64_t value) {
  return {boost::json::value(value)};
}
[[nodiscard]] inline graphql::resolved yes_or_no(bool value) {
  return {boost::json::value(value)};
}

/// "2021-08-05T00:30:43Z", as Kubernetes writes times.
[[nodiscard]] std::string in_seconds(system_time at);

/// Fields that are at hand; all others of its type are null.
class record : public graphql::object {
 public:
  explicit record(std::map<std::string, graphql::resolved, std::less<>> fields) : fields_{std::move(fields)} {}

  [[nodiscard]] graphql::resolution get(std::string_view field, const boost::json::object&) const override {
    const auto found = fields_.find(field);
    return found == fields_.end() ? graphql::resolved{} : found->second;
  }

 private:
  std::map<std::string, graphql::resolved, std::less<>> fields_;
};

[[nodiscard]] inline graphql::object_ptr make_record(std::map<std::string, graphql::resolved, std::less<>> fields) {
  return std::make_shared<record>(std::move(fields));
}

/// A member that is there and not null.
[[nodiscard]] const boost::json::value* given(const boost::json::object& in, std::string_view member);
/// A text that is there; else empty.
[[nodiscard]] std::string given_text(const boost::json::object& in, std::string_view member);
/// The `id` of `where`.
[[nodiscard]] std::string where_id(const boost::json::object& arguments);

}  // namespace modelgate::control::primehub
