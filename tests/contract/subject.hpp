#pragma once

#include "control/runtime/runtime_driver.hpp"

#include "modelgate/config/settings.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace modelgate::tests {

/// The runtime driver that the suite is run for, and what it needs: chosen by MODELGATE_CONTRACT_DRIVER ("process",
/// "docker", "podman"). For engines MODELGATE_CONTRACT_SOCKET is theirs, and MODELGATE_CONTRACT_IMAGE an image of
/// tests/containers/model that says it can listen on a socket; for processes the program itself is MODELGATE_CONTRACT_MODEL.
///
/// A new driver proves itself by passing the suite: it is added here, and nowhere else.
class subject {
 public:
  subject();
  ~subject();
  subject(const subject&) = delete;
  subject& operator=(const subject&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// An image that can be run, and one that is not there.
  [[nodiscard]] const std::string& image() const noexcept { return image_; }
  [[nodiscard]] std::string missing_image() const;

  /// A driver of this subject's data folder; one at a time. Its end leaves nothing.
  [[nodiscard]] std::unique_ptr<control::runtime::runtime_driver> make() const;
  /// Its end leaves everything as it is.
  static void let_go(control::runtime::runtime_driver& driver);
  static void take_back(control::runtime::runtime_driver& driver);

  [[nodiscard]] control::runtime::replica_spec spec(std::uint32_t index = 0,
                                                    std::vector<control::domain::env_variable> env = {}) const;

 private:
  std::string name_;
  std::string image_;
  std::filesystem::path root_;
  config::settings settings_;
};

/// Asks again and again until it holds; false after a minute.
[[nodiscard]] bool eventually(const std::function<bool()>& holds);
[[nodiscard]] std::optional<control::runtime::observed_replica> find(const control::runtime::runtime_driver& driver,
                                                                     const std::string& name);
[[nodiscard]] bool reaches(const control::runtime::runtime_driver& driver, const std::string& name,
                           control::domain::replica_phase phase);
/// The body of a GET on the replica; empty when it does not answer.
[[nodiscard]] std::string ask(const control::runtime::runtime_driver& driver, const std::string& name,
                              const std::string& target);

}  // namespace modelgate::tests
