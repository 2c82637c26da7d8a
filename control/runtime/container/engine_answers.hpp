#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/base/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What an engine's JSON says, of the little that modelgate needs. Errors: errc::http_protocol_error for text that is not
/// what it should be; members that are missing are empty.
namespace modelgate::control::runtime::container {

struct engine_version {
  bool is_podman = false;
  std::string version;
  std::string api;        ///< "1.41": what it speaks at most
  std::string least_api;  ///< and at least
};

/// What containers run on.
struct engine_machine {
  std::string group_version;  ///< "1" or "2" of the control groups that the engine uses; empty: it does not tell
  std::int64_t cpus = 0;      ///< 0: it does not tell
  std::string unlimited;      ///< what it says that it cannot limit ("memory, processes"); empty: nothing
};

/// Of one entry of the list of containers.
struct container_entry {
  std::string id;
  std::string name;  ///< without the slash
  bool running = false;
  bool created = false;              ///< and never started
  std::uint16_t published_port = 0;  ///< on this machine; 0: none
  std::map<std::string, std::string> labels;
};

struct container_details {
  std::string id;
  bool running = false;
  bool out_of_memory = false;
  int exit_code = 0;
  std::string error;                 ///< why it could not be started
  std::uint16_t published_port = 0;  ///< on this machine; 0: none
  bool has_devices = false;          ///< that a request for GPUs became
};

struct image_details {
  std::string id;
  std::map<std::string, std::string> labels;
};

struct container_use {
  std::optional<double> cpu_seconds;
  std::optional<double> throttled_seconds;
  std::optional<std::uint64_t> memory_bytes;
};

[[nodiscard]] result<engine_version> read_version(std::string_view json);
[[nodiscard]] result<engine_machine> read_machine(std::string_view json);
[[nodiscard]] result<std::vector<container_entry>> read_containers(std::string_view json);
[[nodiscard]] result<container_details> read_container(std::string_view json);
[[nodiscard]] result<image_details> read_image(std::string_view json);
[[nodiscard]] result<std::string> read_created_id(std::string_view json);
[[nodiscard]] result<container_use> read_stats(std::string_view json);
/// What an engine says went wrong: `message`, with Podman's `cause` where that says more; the text itself where it is no
/// JSON, cut.
[[nodiscard]] std::string read_error(std::string_view body);

/// Which version of the API to ask for: the newest that both know.
[[nodiscard]] std::string choose_api(const engine_version& engine);

}  // namespace modelgate::control::runtime::container
