#pragma once

#include "gateway/proxy/exchange.hpp"

#include "modelgate/http/reason.hpp"
#include "modelgate/metrics/deployment_stats.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace modelgate::server {

/// What a client is told when nothing better is known than the reason: what is wrong and what to do, one sentence.
[[nodiscard]] std::string_view explain(http::reason why) noexcept;
/// The same, for how this exchange ended.
[[nodiscard]] std::string_view explain(const proxy::exchange_result& ended) noexcept;

/// The same for a limit on traffic: whose it is, and which.
[[nodiscard]] std::string_view explain(metrics::limit_scope whose, metrics::limit_kind what) noexcept;

/// Where the time of a request that took too long went: "; it waited 0.200 s for a replica, ...".
void append_timing(std::string& out, const proxy::exchange_result& ended, std::chrono::nanoseconds total);

}  // namespace modelgate::server
