#include "tests/contract/subject.hpp"

#include "control/runtime/container/container_driver.hpp"
#include "control/runtime/process/process_driver.hpp"

#include "modelgate/http_io/client.hpp"

#include <poll.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace modelgate::tests {
namespace {

namespace fs = std::filesystem;
using control::runtime::runtime_driver;
using control::runtime::container::container_driver;
using control::runtime::process::process_driver;

constexpr auto patience = std::chrono::seconds{60};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error{std::string{name} + " is not set"};
  return value;
}

}  // namespace

subject::subject() : name_{variable("MODELGATE_CONTRACT_DRIVER")} {
  std::string pattern = "/tmp/modelgate-contract-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
  root_ = pattern;
  fs::permissions(root_, fs::perms{0755});
  settings_.data_folder = root_ / "data";
  settings_.process_runtime.stop_grace = std::chrono::milliseconds{1'000};
  settings_.process_runtime.probe_interval = std::chrono::milliseconds{50};
  settings_.process_runtime.start_interval = std::chrono::milliseconds{20};
  settings_.process_runtime.probe_timeout = std::chrono::seconds{10};
  settings_.process_runtime.usage_interval = std::chrono::milliseconds{200};
  if (name_ == "process") {
    image_ = "test/model:1";
    settings_.catalogue = root_ / "images";
    settings_.process_runtime.work_folder = root_ / "work";
    const fs::path folder = settings_.catalogue / "test/model/1";
    fs::create_directories(settings_.process_runtime.work_folder);
    fs::create_directories(folder);
    std::ofstream{folder / "image.toml"} << "command = [\"./model\"]\n";
    fs::copy_file(variable("MODELGATE_CONTRACT_MODEL"), folder / "model");
    return;
  }
  image_ = variable("MODELGATE_CONTRACT_IMAGE");
  auto& engine = name_ == "podman" ? settings_.podman_runtime : settings_.docker_runtime;
  engine.socket = variable("MODELGATE_CONTRACT_SOCKET");
  engine.pull = config::image_pull::missing;
  engine.poll_interval = std::chrono::milliseconds{200};
  engine.unix_sockets = true;
}

subject::~subject() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

std::string subject::missing_image() const {
  return name_ == "process" ? "test/nothing:1" : "127.0.0.1:5999/team/nothing:1";
}

std::unique_ptr<runtime_driver> subject::make() const {
  if (name_ == "process") return std::make_unique<process_driver>(settings_);
  const auto kind = name_ == "podman" ? config::runtime_kind::podman : config::runtime_kind::docker;
  const auto no_secret = [](const std::string& secret) -> result<crypto::secret, std::string> {
    return {boost::system::in_place_error, "there is no image pull secret \"" + secret + "\""};
  };
  return std::make_unique<container_driver>(settings_, kind, "contract" + root_.filename().native().substr(19),
                                            no_secret);
}

void subject::let_go(runtime_driver& driver) {
  if (auto* processes = dynamic_cast<process_driver*>(&driver)) processes->let_go();
  if (auto* containers = dynamic_cast<container_driver*>(&driver)) containers->let_go();
}

void subject::take_back(runtime_driver& driver) {
  if (auto* processes = dynamic_cast<process_driver*>(&driver)) processes->take_back();
  if (auto* containers = dynamic_cast<container_driver*>(&driver)) containers->take_back();
}

control::runtime::replica_spec subject::spec(std::uint32_t index,
                                             std::vector<control::domain::env_variable> env) const {
  control::runtime::replica_spec spec;
  spec.name = "deploy-iris-r1-" + std::to_string(index);
  spec.deployment = "iris";
  spec.revision = 1;
  spec.index = index;
  spec.model_image = image_;
  spec.env = std::move(env);
  return spec;
}

bool eventually(const std::function<bool()>& holds) {
  const auto deadline = steady_clock::now() + patience;
  while (!holds()) {
    if (steady_clock::now() > deadline) return false;
    constexpr int pause_ms = 5;
    ::poll(nullptr, 0, pause_ms);
  }
  return true;
}

std::optional<control::runtime::observed_replica> find(const runtime_driver& driver, const std::string& name) {
  for (auto& replica : driver.observe()) {
    if (replica.name == name) return std::move(replica);
  }
  return std::nullopt;
}

bool reaches(const runtime_driver& driver, const std::string& name, control::domain::replica_phase phase) {
  return eventually([&] {
    const auto replica = find(driver, name);
    return replica && replica->phase == phase;
  });
}

std::string ask(const runtime_driver& driver, const std::string& name, const std::string& target) {
  const auto replica = find(driver, name);
  if (!replica || !replica->address) return {};
  http_io::client_request request;
  request.target = target;
  const auto answer = http_io::fetch_blocking(*replica->address, request, patience);
  return answer ? answer->body : std::string{};
}

}  // namespace modelgate::tests
