#pragma once

#include "control/runtime/process/process_driver.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/config/settings.hpp"

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace modelgate::tests {

/// A folder with a catalogue of one image, `test/model:1`, a data folder and a place that the model can write to.
///
/// The model is a small HTTP server in Python that does what its environment and its paths say; model.py tells which.
class runtime_fixture {
 public:
  runtime_fixture();
  ~runtime_fixture();
  runtime_fixture(const runtime_fixture&) = delete;
  runtime_fixture& operator=(const runtime_fixture&) = delete;

  [[nodiscard]] config::settings settings() const;
  [[nodiscard]] std::filesystem::path data() const { return root_ / "data"; }
  [[nodiscard]] std::filesystem::path catalogue() const { return root_ / "images"; }
  [[nodiscard]] std::filesystem::path shared() const { return root_ / "shared"; }
  [[nodiscard]] std::filesystem::path work() const { return root_ / "work"; }

  /// Adds an image of one file, or changes it.
  void write_image(const std::string& name, const std::string& tag, const std::string& toml) const;

 private:
  std::filesystem::path root_;
};

using driver = control::runtime::process::process_driver;

[[nodiscard]] control::runtime::replica_spec spec_of(std::uint32_t index,
                                                     std::vector<control::domain::env_variable> env = {});

/// Asks again and again until it holds; false after half a minute.
[[nodiscard]] bool eventually(const std::function<bool()>& holds);

[[nodiscard]] std::optional<control::runtime::observed_replica> find(const driver& runtime, const std::string& name);
[[nodiscard]] bool reaches(const driver& runtime, const std::string& name, control::domain::replica_phase phase);

/// The body of a GET on the replica; empty when it does not answer.
[[nodiscard]] std::string ask(const driver& runtime, const std::string& name, const std::string& target);

/// Runs a driver in a process of its own, which ends by SIGKILL as soon as the replica is ready.
void start_and_crash(const runtime_fixture& fixture, const control::runtime::replica_spec& spec);

/// Whether any thread of it still runs.
[[nodiscard]] bool is_alive(pid_t pid);
/// Of a replica, as its record on disk says.
[[nodiscard]] pid_t recorded_pid(const runtime_fixture& fixture, const std::string& name);
[[nodiscard]] std::string read_text(const std::filesystem::path& file);
[[nodiscard]] pid_t read_pid(const std::filesystem::path& file);
[[nodiscard]] std::vector<std::string> lines_of(const std::string& text);

/// Children of this process that have ended and were not reaped.
[[nodiscard]] std::size_t zombies();

}  // namespace modelgate::tests
