#include "tests/integration/process_runtime/runtime_fixture.hpp"

#include "modelgate/http_io/client.hpp"

#include <boost/test/unit_test.hpp>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace modelgate::tests {
namespace {

namespace fs = std::filesystem;
using control::domain::replica_phase;

constexpr auto patience = std::chrono::seconds{30};

void write_text(const fs::path& file, const std::string& text) {
  std::ofstream{file} << text;
}

}  // namespace

runtime_fixture::runtime_fixture() {
  std::string pattern = "/tmp/modelgate-runtime-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
  root_ = pattern;
  for (const fs::path& folder : {data(), catalogue(), shared(), work()}) fs::create_directories(folder);
  fs::permissions(root_, fs::perms{0755});
  fs::permissions(shared(), fs::perms{0777});
  write_image("test/model", "1", "command = [\"python3\", \"model.py\"]\nhealth_path = \"/health\"\n");
  fs::copy_file(fs::path{MODELGATE_SOURCE_DIR} / "tests/integration/process_runtime/model.py",
                catalogue() / "test/model/1/model.py");
}

runtime_fixture::~runtime_fixture() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

void runtime_fixture::write_image(const std::string& name, const std::string& tag, const std::string& toml) const {
  fs::create_directories(catalogue() / name / tag);
  write_text(catalogue() / name / tag / "image.toml", toml);
}

config::settings runtime_fixture::settings() const {
  config::settings settings;
  settings.data_folder = data();
  settings.catalogue = catalogue();
  settings.process_runtime.work_folder = work();
  settings.process_runtime.stop_grace = std::chrono::milliseconds{500};
  settings.process_runtime.probe_interval = std::chrono::milliseconds{20};
  settings.process_runtime.start_interval = std::chrono::milliseconds{20};
  settings.process_runtime.probe_timeout = std::chrono::seconds{10};
  return settings;
}

control::runtime::replica_spec spec_of(std::uint32_t index, std::vector<control::domain::env_variable> env) {
  control::runtime::replica_spec spec;
  spec.name = "deploy-iris-r1-" + std::to_string(index);
  spec.deployment = "iris";
  spec.revision = 1;
  spec.index = index;
  spec.model_image = "test/model:1";
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

std::optional<control::runtime::observed_replica> find(const driver& runtime, const std::string& name) {
  for (auto& replica : runtime.observe()) {
    if (replica.name == name) return std::move(replica);
  }
  return std::nullopt;
}

bool reaches(const driver& runtime, const std::string& name, replica_phase phase) {
  return eventually([&] {
    const auto replica = find(runtime, name);
    return replica && replica->phase == phase;
  });
}

std::string ask(const driver& runtime, const std::string& name, const std::string& target) {
  const auto replica = find(runtime, name);
  if (!replica || !replica->address) return {};
  http_io::client_request request;
  request.target = target;
  const auto answer = http_io::fetch_blocking(*replica->address, request, patience);
  return answer ? answer->body : std::string{};
}

void start_and_crash(const runtime_fixture& fixture, const control::runtime::replica_spec& spec) {
  const pid_t child = ::fork();
  if (child == 0) {
    driver runtime{fixture.settings()};
    if (!runtime.start(spec) || !reaches(runtime, spec.name, replica_phase::ready)) ::_exit(1);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_TEST_REQUIRE(WIFSIGNALED(status));
}

bool is_alive(pid_t pid) {
  std::ifstream stat{"/proc/" + std::to_string(pid) + "/stat"};
  std::string text;
  if (!std::getline(stat, text)) return false;
  std::istringstream rest{text.substr(text.rfind(')') + 2)};
  const std::vector<std::string> fields{std::istream_iterator<std::string>{rest}, {}};
  constexpr std::size_t threads = 17;
  return fields.at(0) != "Z" || fields.at(threads) != "1";
}

pid_t recorded_pid(const runtime_fixture& fixture, const std::string& name) {
  const std::string record = read_text(fixture.data() / "replicas" / name / "replica.json");
  return static_cast<pid_t>(std::stol(record.substr(record.find("\"pid\":") + 6)));
}

std::string read_text(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream{file}.rdbuf();
  return text.str();
}

pid_t read_pid(const fs::path& file) {
  const std::string text = read_text(file);
  return text.empty() ? 0 : static_cast<pid_t>(std::stol(text));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::size_t zombies() {
  std::size_t count = 0;
  const std::string self = std::to_string(::getpid());
  for (const auto& entry : fs::directory_iterator{"/proc"}) {
    const std::string text = read_text(entry.path() / "stat");
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos || !std::isdigit(entry.path().filename().native().front())) continue;
    std::istringstream rest{text.substr(name_end + 2)};
    std::string state;
    std::string parent;
    rest >> state >> parent;
    if (state == "Z" && parent == self) ++count;
  }
  return count;
}

}  // namespace modelgate::tests
