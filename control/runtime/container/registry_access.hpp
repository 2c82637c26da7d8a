#pragma once

#include "modelgate/crypto/secret.hpp"

#include <string_view>

namespace modelgate::control::runtime::container {

/// The value of X-Registry-Auth for one registry, from the docker config of a pull secret; empty when the config has no
/// credentials for it. An entry for a path of the registry ("ghcr.io/team") holds for the images below it.
///
/// Source: Docker Engine API, "Authentication": base64url (RFC 4648 section 5) of a JSON object.
[[nodiscard]] crypto::secret registry_auth(std::string_view docker_config, std::string_view registry,
                                           std::string_view repository);

}  // namespace modelgate::control::runtime::container
