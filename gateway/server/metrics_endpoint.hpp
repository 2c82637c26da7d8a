#pragma once

#include "modelgate/http_io/message.hpp"
#include "modelgate/metrics/exposition_format.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace modelgate::server {

/// OpenMetrics where Accept wants it at least as much as text, else Prometheus' text, which everybody understands.
[[nodiscard]] metrics::exposition_format choose_format(std::string_view accept) noexcept;

using exposition_source = std::function<std::string(metrics::exposition_format)>;

/// Answers a request to the metrics port. Every scrape is made anew: what was counted before it came is in it.
///
/// Shape: on a thread that may block, never on a worker. One thread and a short queue bound what scrapes cost.
[[nodiscard]] http_io::response answer_scrape(const http_io::request& request, const exposition_source& source);

}  // namespace modelgate::server
