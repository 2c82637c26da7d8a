#pragma once

#include "control/service/demo_state.hpp"

#include "modelgate/config/settings.hpp"
#include "modelgate/net/endpoint.hpp"

#include <filesystem>
#include <optional>

namespace modelgate {

/// What a person needs to go on, on standard output. `new_token` is the admin token's file if this start made it.
void greet(const config::settings& settings, const net::endpoint& control,
           const std::optional<std::filesystem::path>& new_token);

/// How to sign in to the console, and the two demo lines, once both deployments answer; they work when pasted.
void print_demo(const control::service::demo_state& demo, const config::settings& settings,
                const net::endpoint& prediction, const net::endpoint& control);

}  // namespace modelgate
