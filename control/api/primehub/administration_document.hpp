#pragma once

#include "control/domain/group.hpp"
#include "control/domain/instance_type.hpp"
#include "control/domain/user.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// PrimeHub's inputs of groups, instance types and users as the documents that the service takes. What has no meaning
/// here (quotas of one user, volumes, tolerations, e-mail) is passed over.
namespace modelgate::control::primehub {

[[nodiscard]] boost::json::object group_document(const boost::json::object& data);
[[nodiscard]] boost::json::object group_patch(const boost::json::object& data, const domain::group& now);

[[nodiscard]] boost::json::object instance_type_document(const boost::json::object& data);
[[nodiscard]] boost::json::object instance_type_patch(const boost::json::object& data,
                                                      const domain::instance_type& now);

[[nodiscard]] boost::json::object user_document(const boost::json::object& data);
[[nodiscard]] boost::json::object user_patch(const boost::json::object& data, const domain::user& now);

/// First and last name are one here: its first word and the rest.
[[nodiscard]] std::pair<std::string, std::string> first_and_last(std::string_view display_name);

/// The names in `{"connect": [{"id": "a"}], "disconnect": [{"id": "b"}]}`.
struct links {
  std::vector<std::string> connect;
  std::vector<std::string> disconnect;
};
[[nodiscard]] links links_of(const boost::json::object& data, std::string_view member);
/// Whether an instance type is for all groups once this is done; null as `now`: it is to be made.
[[nodiscard]] bool is_for_all(const boost::json::object& data, const domain::instance_type* now);
/// The names with the links done.
[[nodiscard]] std::vector<std::string> linked(std::vector<std::string> names, const links& asked);

}  // namespace modelgate::control::primehub
