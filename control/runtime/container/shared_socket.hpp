#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace modelgate::control::runtime::container {

/// Where replicas' sockets are, as a container sees it, and what tells it so.
inline constexpr std::string_view socket_folder = "/run/modelgate";
inline constexpr std::string_view socket_path = "/run/modelgate/model.sock";
inline constexpr std::string_view socket_variable = "MODELGATE_SOCKET";

/// A folder that one container shares with modelgate, to listen on a Unix-domain socket in it.
///
/// Whoever is in the container may write the folder, and could put a link there that leads to another server of this
/// machine, the engine itself included. So nobody connects by its paths: a socket that is found gets a second name where
/// only modelgate writes.
///
/// Shape:  the driver's thread.
/// Errors: none; where something is not possible there is no socket, and the replica is reached at its port.
class shared_socket {
 public:
  /// `sockets`: the folder for all of them; made when it is first needed.
  shared_socket(const std::filesystem::path& sockets, std::string_view replica);

  /// Makes the folder to share, empty, and answers it; empty where a socket could not be used.
  [[nodiscard]] std::filesystem::path offer();
  /// Whether something may listen there now: then `path` leads to it, and to nothing else.
  [[nodiscard]] bool find();
  [[nodiscard]] const std::string& path() const noexcept { return path_.native(); }
  void remove();

 private:
  std::filesystem::path folder_;
  std::filesystem::path path_;
};

}  // namespace modelgate::control::runtime::container
