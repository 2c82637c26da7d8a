#pragma once

#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"

#include "modelgate/crypto/password.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace modelgate::control::service {

/// What a first-time user is shown: a public and a private deployment of the demo model, and a client of the private
/// one; and how to sign in to the console.
struct demo_state {
  std::string public_deployment;
  std::string private_deployment;
  std::string client;
  std::filesystem::path token_file;  ///< the client's token, mode 0600
  std::string user;                  ///< who signs in to the console
  /// His password, mode 0600; absent: he has another one, which only he knows.
  std::optional<std::filesystem::path> password_file;
};

/// Makes what of the demo is missing, through the same use cases as everybody else, and leaves what is there alone.
/// Takes a moment: passwords are compared slowly. Errors: the first use case that was refused.
[[nodiscard]] answer<demo_state> ensure_demo(const service_context& context, const std::filesystem::path& data_folder,
                                             const crypto::password_cost& cost);

}  // namespace modelgate::control::service
