#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/base/diagnostic.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::service {

struct listener_health {
  std::string port;  ///< "prediction", "control", "metrics"
  std::string address;
  bool tls = false;
  std::size_t connections = 0;  ///< open now
};

struct certificate_health {
  std::string port;
  std::string file;
  std::string name;  ///< the first that it is for
  system_time expires_at;
};

struct build_facts {
  std::string version;
  std::string compiler;
  std::string boost;
  std::string openssl;
};

/// What an administrator looks at first when something is wrong with the program itself.
struct gateway_health {
  build_facts build;
  system_time started_at;
  std::string config_file;      ///< empty: none is read
  system_time config_read_at;   ///< when the settings that hold were read
  diagnostics config_mistakes;  ///< for which a later reading was refused
  std::uint64_t config_reloads = 0;
  std::vector<listener_health> listeners;
  std::vector<certificate_health> certificates;
  std::optional<std::uint64_t> published_generation;
  std::vector<std::uint64_t> worker_generations;
  std::uint64_t resident_bytes = 0;
  std::size_t buffer_bytes = 0;
  std::uint64_t open_files = 0;
  std::uint64_t open_files_limit = 0;
};

}  // namespace modelgate::control::service
