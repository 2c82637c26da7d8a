#pragma once

#include "control/domain/deployment_document.hpp"
#include "control/domain/deployment_status.hpp"
#include "control/domain/quota.hpp"
#include "control/domain/revision_record.hpp"
#include "control/service/account_service.hpp"
#include "control/service/client_service.hpp"
#include "control/service/deployment_service.hpp"
#include "control/service/group_service.hpp"
#include "control/service/image_service.hpp"

#include <boost/json/fwd.hpp>

#include <string>
#include <vector>

/// What the API shows, as JSON.
namespace modelgate::control::rest {

[[nodiscard]] boost::json::object to_json(const service::deployment_view& view, const std::string& endpoint,
                                          const domain::serving_defaults& defaults);
[[nodiscard]] boost::json::object to_json(const domain::recorded_revision& revision,
                                          const domain::serving_defaults& defaults);
[[nodiscard]] boost::json::object to_json(const domain::deployment_status& status);
[[nodiscard]] boost::json::object to_json(const domain::replica_status& replica);
[[nodiscard]] boost::json::array to_json(const std::vector<domain::quota_line>& lines);

[[nodiscard]] boost::json::object to_json(const service::group_view& view);
[[nodiscard]] boost::json::object to_json(const service::client_view& view);
[[nodiscard]] boost::json::object to_json(const service::created_client& created);
[[nodiscard]] boost::json::object to_json(const service::import_report& report);
/// For who asks for the same again: the token was in the first answer only.
[[nodiscard]] boost::json::object to_json_without_token(const domain::client& created);
[[nodiscard]] boost::json::object to_json(const domain::user& user);
[[nodiscard]] boost::json::object to_json(const service::account_view& view);
[[nodiscard]] boost::json::object to_json(const domain::access_token& token);
[[nodiscard]] boost::json::object to_json(const service::created_token& created);
[[nodiscard]] boost::json::object to_json(const runtime::image_description& image);

}  // namespace modelgate::control::rest
