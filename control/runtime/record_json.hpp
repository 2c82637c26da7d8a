#pragma once

#include "control/runtime/runtime_driver.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

/// The parts of drivers' records that are the same in all of them.
///
/// Errors: those that read throw std::exception for what is missing or of another kind; who parses the record catches it.
namespace modelgate::control::runtime {

[[nodiscard]] std::string_view name_of(domain::replica_phase phase);
[[nodiscard]] std::optional<domain::replica_phase> phase_named(std::string_view text);

[[nodiscard]] boost::json::object to_json(const replica_spec& spec);
[[nodiscard]] replica_spec read_spec(const boost::json::object& object);

[[nodiscard]] std::string text_at(const boost::json::object& object, std::string_view key);
[[nodiscard]] system_time time_at(const boost::json::object& object, std::string_view key);
template <class Number>
[[nodiscard]] Number number_at(const boost::json::object& object, std::string_view key) {
  return object.at(key).to_number<Number>();
}

}  // namespace modelgate::control::runtime
