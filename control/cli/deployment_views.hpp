#pragma once

#include "control/cli/table.hpp"

#include "modelgate/base/clock.hpp"

#include <boost/json/fwd.hpp>

#include <iosfwd>
#include <string>
#include <string_view>

namespace modelgate::control::cli {

/// Deployments as people read them. Members that are missing show as "-": the server may be older or newer than this
/// program.
void print_deployments(std::ostream& out, const boost::json::array& items, system_time now, bool with_colours);
void print_deployment(std::ostream& out, const boost::json::object& deployment, system_time now, bool with_colours);
/// The quota arithmetic and the changes of a dry run.
void print_dry_run(std::ostream& out, const boost::json::object& answer, system_time now, bool with_colours);

[[nodiscard]] tone tone_of(std::string_view phase) noexcept;

/// How long ago, in one unit: "12s", "3m", "5h", "40d"; "-" for what is no time.
[[nodiscard]] std::string age_of(std::string_view rfc3339, system_time now);

}  // namespace modelgate::control::cli
