#include "gateway/health.hpp"

#include <boost/version.hpp>
#include <openssl/crypto.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace modelgate {
namespace {

using control::service::certificate_health;
using control::service::gateway_health;

std::uint64_t resident_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  if (!(statm >> all >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t open_files() {
  std::error_code problem;
  std::uint64_t count = 0;
  for (auto each = std::filesystem::directory_iterator{"/proc/self/fd", problem};
       !problem && each != std::filesystem::directory_iterator{}; each.increment(problem))
    ++count;
  return count > 0 ? count - 1 : 0;  // one of them is what was looked with
}

std::uint64_t most_open_files() {
  rlimit files{};
  return ::getrlimit(RLIMIT_NOFILE, &files) == 0 ? files.rlim_cur : 0;
}

std::string boost_version() {
  return std::to_string(BOOST_VERSION / 100'000) + "." + std::to_string(BOOST_VERSION / 100 % 1'000) + "."
         + std::to_string(BOOST_VERSION % 100);
}

/// As scrapes show them, but for those readings that are about something else.
void add_certificates(const std::vector<metrics::gauge_reading>& readings, gateway_health& to) {
  for (const metrics::gauge_reading& each : readings) {
    if (each.name != "modelgate_certificate_expiry_timestamp_seconds") continue;
    certificate_health found;
    for (const auto& [label, value] : each.labels) {
      if (label == "port") found.port = value;
      if (label == "file") found.file = value;
      if (label == "name") found.name = value;
    }
    const auto since_1970 = std::chrono::duration<double>{each.value};
    found.expires_at = system_time{std::chrono::duration_cast<system_time::duration>(since_1970)};
    to.certificates.push_back(std::move(found));
  }
}

}  // namespace

gateway_health look_at_health(const health_sources& of, std::optional<std::uint64_t> published) {
  const auto settings = of.settings.now();
  const live_settings::reading read = of.settings.last_reading();
  gateway_health seen;
  seen.build = {MODELGATE_VERSION, __VERSION__, boost_version(), OpenSSL_version(OPENSSL_VERSION_STRING)};
  seen.started_at = of.started_at;
  std::error_code ignored;
  if (!read.file.empty()) seen.config_file = std::filesystem::absolute(read.file, ignored).string();
  seen.config_read_at = read.taken_at;
  seen.config_mistakes = read.mistakes;
  seen.config_reloads = read.taken;
  seen.listeners = {
      {"prediction", net::to_string(of.prediction.address()), settings->tls.prediction.enabled(),
       of.prediction.connections()},
      {"control", net::to_string(of.control.address()), settings->tls.control.enabled(), of.control.connections()},
      {"metrics", net::to_string(of.metrics.address()), false, of.metrics.connections()}};
  add_certificates(of.prediction.certificates(), seen);
  add_certificates(of.shown.read(), seen);
  seen.published_generation = published;
  seen.worker_generations = of.prediction.observe().live_generation;
  seen.resident_bytes = resident_bytes();
  seen.buffer_bytes = of.prediction.buffer_bytes();
  seen.open_files = open_files();
  seen.open_files_limit = most_open_files();
  return seen;
}

}  // namespace modelgate
