#pragma once

#include "control/runtime/runtime_driver.hpp"

#include "modelgate/config/settings.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace modelgate::control::runtime::container {

/// What a container bears, so that whoever looks at the engine knows whose it is.
namespace label {
inline constexpr std::string_view instance = "modelgate.instance";  ///< the data folder that it belongs to
inline constexpr std::string_view deployment = "modelgate.deployment";
inline constexpr std::string_view revision = "modelgate.revision";
inline constexpr std::string_view replica = "modelgate.replica";
}  // namespace label

/// All that a container is made from.
struct container_order {
  const replica_spec& spec;
  const config::container_runtime_settings& settings;
  std::string image_id;
  std::string instance;
  std::int64_t cpus = 0;  ///< of the machine; 0: not known
  std::chrono::milliseconds stop_grace{10'000};
  std::size_t log_bytes = 0;                 ///< that the engine keeps of its log
  std::filesystem::path models = {};         ///< mounted read-only; empty: nothing is
  std::filesystem::path shared_folder = {};  ///< for its socket; empty: it is offered none
};

inline constexpr std::string_view models_folder = "/mnt/models";

/// Unique on an engine, also where several modelgates use it: "deploy-iris-r3-0.<instance>".
[[nodiscard]] std::string container_name(const replica_spec& spec, std::string_view instance);

/// The body of POST /containers/create. Errors: a sentence about what cannot be handed to a container.
[[nodiscard]] result<std::string, std::string> make_container_request(const container_order& order);

}  // namespace modelgate::control::runtime::container
