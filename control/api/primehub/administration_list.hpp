#pragma once

#include "control/api/primehub/caller.hpp"

#include <boost/json/object.hpp>

/// Lists of what administrators look after, whole and by pages of ten.
namespace modelgate::control::primehub {

enum class list_form { whole, by_page };

[[nodiscard]] graphql::resolution group_list(const caller& by, const boost::json::object& arguments, list_form form);
[[nodiscard]] graphql::resolution instance_type_list(const caller& by, const boost::json::object& arguments,
                                                     list_form form);
/// Of users the page is asked for by the number of those before it, as text.
[[nodiscard]] graphql::resolution user_list(const caller& by, const boost::json::object& arguments, list_form form);
[[nodiscard]] graphql::resolution secret_list(const caller& by, const boost::json::object& arguments);

}  // namespace modelgate::control::primehub
