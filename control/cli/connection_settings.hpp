#pragma once

#include "control/cli/failure.hpp"

#include "modelgate/crypto/secret.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace modelgate::control::cli {

/// What the flags said of the connection.
struct connection_flags {
  std::optional<std::string> server;
  std::optional<std::string> token;
  std::optional<std::string> token_file;
  std::optional<std::string> ca_file;
};

/// Where the server is and who calls it.
struct connection_settings {
  std::string server = "http://127.0.0.1:8081";
  crypto::secret token;           ///< empty: none is sent
  std::filesystem::path ca_file;  ///< authorities that an https server is verified against; empty: the system's
};

/// Flags beat the environment (MODELGATE_SERVER, MODELGATE_TOKEN, MODELGATE_TOKEN_FILE, MODELGATE_CA_FILE), which beats
/// the file (server, token or token_file, ca_file), which beats the default. Errors: usage, for both of the flags that give a token and for a file
/// that cannot be read or understood; only what is really needed is read.
[[nodiscard]] outcome<connection_settings> choose_connection(const connection_flags& flags,
                                                             const std::map<std::string, std::string>& environment);

/// $XDG_CONFIG_HOME/modelgate/config.toml, else ~/.config/modelgate/config.toml. Absent without a home.
[[nodiscard]] std::optional<std::filesystem::path> personal_config_file(
    const std::map<std::string, std::string>& environment);

}  // namespace modelgate::control::cli
