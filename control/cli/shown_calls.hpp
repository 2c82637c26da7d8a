#pragma once

#include "control/cli/session.hpp"

#include <boost/json/fwd.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace modelgate::control::cli {

/// Makes a call that is answered with an object. With -o json that is printed as the server wrote it, else `show` gets it.
[[nodiscard]] outcome<void> call_and_show(const session& now, const api_client::call& asked,
                                          const std::function<void(const boost::json::object&)>& show);

/// Gets every page of the list at `path`. With -o json they are printed as one, else `show` gets the items.
[[nodiscard]] outcome<void> list_and_show(const session& now, std::string path,
                                          const std::function<void(const boost::json::array&)>& show);

/// To the query of a path, encoded.
void add_parameter(std::string& path, std::string_view name, std::string_view value);

}  // namespace modelgate::control::cli
