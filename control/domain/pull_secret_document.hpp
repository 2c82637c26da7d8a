#pragma once

#include "control/domain/document_reader.hpp"
#include "control/domain/pull_secret.hpp"

#include "modelgate/crypto/secret.hpp"

#include <boost/json/fwd.hpp>

namespace modelgate::control::domain {

/// A pull secret with its credentials: a docker config, `{"auths": {"<registry>": {"username": "...", "password": "..."}}}`.
struct pull_secret_draft {
  pull_secret record;  ///< times and authors are the caller's to fill in
  crypto::secret docker_config;
};

/// `{"name", "group", "registry", "user", "password"}`, or `dockerConfigJson` in the place of the last three: a docker
/// config as an object or a text, of which the credentials are kept.
[[nodiscard]] parsed<pull_secret_draft> read_pull_secret(const boost::json::value& document);

/// The same thing with other credentials: a password alone is for the registry and user that it has already. Another
/// registry or user needs its password again, so that nobody can have a password sent elsewhere that he does not know.
[[nodiscard]] parsed<pull_secret_draft> read_pull_secret_patch(const pull_secret& current,
                                                               const boost::json::value& patch);

/// Without the credentials.
[[nodiscard]] boost::json::object to_json(const pull_secret& value);

}  // namespace modelgate::control::domain
