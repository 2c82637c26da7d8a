#pragma once

#include "control/domain/deployment.hpp"

#include <boost/json/object.hpp>

/// PrimeHub's inputs as the documents that the service takes. What is wrong in them the service finds.
namespace modelgate::control::primehub {

[[nodiscard]] boost::json::object document_of_new(const boost::json::object& data);

/// A merge patch for a deployment as it is now. What is left out or null stays, but for a pull secret that is null;
/// `metadata` with entries holds in place of those that are there, without any it changes nothing; and it runs then.
[[nodiscard]] boost::json::object patch_of(const boost::json::object& data, const domain::deployment& now);

}  // namespace modelgate::control::primehub
