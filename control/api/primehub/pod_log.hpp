#pragma once

#include "control/api/primehub/caller.hpp"

namespace modelgate::control::primehub {

/// What is said instead of a log.
[[nodiscard]] http_io::response log_refusal(unsigned status, const std::string& code, const std::string& message);

/// The log of one replica, as PrimeHub's clients ask for that of a pod: GET
/// /api/logs/namespaces/<any>/phdeployments/<replica>?follow=true|false&tailLines=N.
///
/// Errors: as {"code", "message"}.
[[nodiscard]] http_io::response pod_log(const parts& all, const http_io::request& request);

}  // namespace modelgate::control::primehub
