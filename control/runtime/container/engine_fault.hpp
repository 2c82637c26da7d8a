#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace modelgate::control::runtime::container {

/// Why an image could not be pulled.
enum class pull_fault { access_denied, no_such_image, registry_unreachable, other };

/// By what the engine says, which is what the registry said in the words of that engine.
[[nodiscard]] pull_fault fault_of(std::string_view message);

/// With which pull secret it was tried.
struct pull_access {
  std::string secret;            ///< its name; empty: none is named
  bool has_credentials = false;  ///< for the registry of the image
};

/// One sentence for the replica's status that names the image and the reason. `message` is the engine's.
[[nodiscard]] std::string explain_pull(std::string_view image, std::string_view registry, const pull_access& access,
                                       std::string_view message);

/// The same where the registry said nothing to the engine for so long. `setting` bounds it.
[[nodiscard]] std::string explain_silent_pull(std::string_view image, std::string_view registry,
                                              std::chrono::milliseconds silence, std::string_view setting);

}  // namespace modelgate::control::runtime::container
