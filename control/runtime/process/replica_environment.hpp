#pragma once

#include "control/runtime/runtime_driver.hpp"

#include "modelgate/base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace modelgate::control::runtime::process {

/// The path that a replica may listen on instead of its port: a Unix-domain socket takes less of both sides.
inline constexpr std::string_view socket_variable = "MODELGATE_SOCKET";

/// The variable by which a replica's processes are found again, wherever they have moved.
inline constexpr std::string_view cookie_variable = "MODELGATE_COOKIE";

inline constexpr std::string_view default_path = "/usr/local/bin:/usr/bin:/bin";

struct environment_source {
  const replica_spec& spec;
  const std::map<std::string, std::string>& image;
  std::uint16_t port = 0;
  std::string_view cookie;
  const std::filesystem::path& own_folder;  ///< HOME and TMPDIR
  std::string_view socket = {};             ///< where it may listen instead of at the port; empty: at the port only
  std::filesystem::path model = {};         ///< where its model was fetched to; empty: its URI says where it is
};

/// The whole environment of a replica, made from nothing: defaults, then the image's, then Seldon's and ours, then the
/// deployment's. Later ones win.
/// Errors: a sentence that names the variable, when the deployment's may not be set.
[[nodiscard]] result<std::map<std::string, std::string>, std::string> make_environment(
    const environment_source& source);

}  // namespace modelgate::control::runtime::process
