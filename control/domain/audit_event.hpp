#pragma once

#include "modelgate/base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace modelgate::control::domain {

/// One attempt to change something: by whom, when, from where, what, and what came of it. Secrets are never in it.
struct audit_event {
  std::uint64_t sequence = 0;
  system_time at;
  std::string user;        ///< empty: nobody that is known; `own_name`: the program, by itself
  std::string credential;  ///< what he came with: "token:<id>", "session", "password"; empty: nothing that is known
  std::string peer;
  std::string method;
  std::string path;      ///< with the deployments that were confirmed to go with a group
  std::string resource;  ///< "deployments/iris-3f9c2"
  bool dry_run = false;
  std::string request_id;
  std::optional<unsigned> status;  ///< of the answer; absent: under way, or the program ended before it answered
};

struct audit_filter {
  std::optional<std::string> user;
  std::optional<std::string> resource;  ///< it, and what is below it
  std::optional<unsigned> least_status;
  std::optional<unsigned> most_status;
  bool unanswered = false;                                          ///< only those without a status
  std::optional<system_time> since;                                 ///< this time included
  std::optional<system_time> until;                                 ///< this time not included
  std::uint64_t before = std::numeric_limits<std::int64_t>::max();  ///< only events older than this sequence
  std::size_t limit = 50;
};

}  // namespace modelgate::control::domain
