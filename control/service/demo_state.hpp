#pragma once

#include <filesystem>
#include <string>

#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"

namespace modelgate::control::service {

/// What a first-time user is shown: a public and a private deployment of the demo model, and a client of the private one.
struct demo_state {
  std::string public_deployment;
  std::string private_deployment;
  std::string client;
  std::filesystem::path token_file;  ///< the client's token, mode 0600
};

/// Makes what of the demo is missing, through the same use cases as everybody else, and leaves what is there alone.
/// Errors: the first use case that was refused.
[[nodiscard]] answer<demo_state> ensure_demo(const service_context& context, const std::filesystem::path& data_folder);

}  // namespace modelgate::control::service
