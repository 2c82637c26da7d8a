#pragma once

#include "control/api/primehub/primehub_api.hpp"
#include "control/api/rest/rest_api.hpp"
#include "gateway/reload.hpp"

#include "modelgate/gateway.hpp"
#include "modelgate/http_io/server.hpp"

#include <functional>
#include <string>
#include <vector>

namespace modelgate {

/// What the REST API is told of the settings that hold, asked for when it is needed. `live` outlives it.
[[nodiscard]] control::rest::rest_options rest_options_of(const live_settings& live, const net::endpoint& prediction,
                                                          std::function<std::string()> not_ready_because);

/// Who asks whether the program is well hears it also while every thread is busy, and PrimeHub's clients are refused in
/// PrimeHub's shape. `rest` outlives them.
[[nodiscard]] http_io::own_answers own_answers_of(control::rest::rest_api& rest);
/// While a new program takes over.
[[nodiscard]] http_io::response upgrading_answer(const http_io::request& request);

[[nodiscard]] std::vector<gateway::reading> readings_of(const control::events::event_hub& hub);
[[nodiscard]] std::vector<gateway::reading> readings_of(const control::primehub::primehub_api& api);

}  // namespace modelgate
