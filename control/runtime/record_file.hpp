#pragma once

#include "control/runtime/replica_life.hpp"

#include "modelgate/base/result.hpp"

#include <boost/json/object.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

/// What a driver writes down of a replica, in the replica's folder: it is there before anything is started, so that
/// nothing that runs is ever unknown to a later process. Times are kept to the millisecond.
namespace modelgate::control::runtime {

/// The life, and beside it what only this driver knows.
[[nodiscard]] std::string to_json(const replica_life& life, boost::json::object own);
/// `read_own` is given all of it; what it throws means that the text is no record. Errors: errc::invalid_argument.
[[nodiscard]] result<void> read_record(std::string_view json, replica_life& life,
                                       const std::function<void(const boost::json::object&)>& read_own);

/// Errors: what the system says.
[[nodiscard]] result<void> save_record(const std::filesystem::path& folder, std::string_view json);
[[nodiscard]] result<std::string> load_record(const std::filesystem::path& folder);
void delete_record(const std::filesystem::path& folder);

}  // namespace modelgate::control::runtime
