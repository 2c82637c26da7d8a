#pragma once

#include "control/service/revision_condition.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace modelgate::control::rest {

/// The If-Match field; absent when it is empty. Entity tags that are no revisions of ours, weak ones included, match
/// nothing. Source: RFC 9110 section 13.1.1.
[[nodiscard]] std::optional<service::revision_condition> read_if_match(std::string_view field);

[[nodiscard]] inline std::string entity_tag(std::uint64_t revision) {
  return "\"" + std::to_string(revision) + "\"";
}

}  // namespace modelgate::control::rest
