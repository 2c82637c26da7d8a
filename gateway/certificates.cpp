#include "gateway/certificates.hpp"

#include "modelgate/base/log.hpp"

#include <sys/stat.h>

#include <initializer_list>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace modelgate {
namespace {

void append_file(std::string& to, const std::filesystem::path& file) {
  struct stat status {};
  to.append(file.string()).push_back('\0');
  if (file.empty() || ::stat(file.c_str(), &status) != 0) return;
  for (const long each : {static_cast<long>(status.st_mtim.tv_sec), static_cast<long>(status.st_mtim.tv_nsec),
                          static_cast<long>(status.st_ino), static_cast<long>(status.st_size)}) {
    to.append(std::to_string(each)).push_back(' ');
  }
}

}  // namespace

certificates::certificates(const config::settings& settings, gateway& prediction,
                           control::runtime::external::external_driver& external)
    : prediction_{prediction},
      external_{external},
      tls_{settings.tls},
      ca_file_{settings.external_runtime.ca_file},
      control_tickets_{std::make_shared<net::ticket_keys>(settings.tls.ticket_rotation)} {
  seen_ = fingerprint();
  if (!tls_.control.enabled()) return;
  auto loaded = net::tls_context::load(tls_.control, tls_.minimum_version, control_tickets_);
  if (!loaded) throw std::runtime_error{"tls.control: " + loaded.error()};
  control_tls_ = std::move(*loaded);
}

std::string certificates::fingerprint() const {
  std::string all;
  for (const config::tls_port_settings* port : {&tls_.prediction, &tls_.control}) {
    for (const std::filesystem::path& file : port->certificates) append_file(all, file);
    for (const std::filesystem::path& file : port->keys) append_file(all, file);
    append_file(all, port->client_ca);
  }
  append_file(all, ca_file_);
  return all;
}

result<void, std::string> certificates::reload(const config::settings& settings) {
  const std::lock_guard lock{mutex_};
  if (settings.tls.control.enabled() != tls_.control.enabled()) {
    return std::string{"TLS on the control port can be turned on or off by a restart only"};
  }
  const auto earlier = std::pair{tls_, ca_file_};
  tls_ = settings.tls;
  ca_file_ = settings.external_runtime.ca_file;
  auto done = reload_all();
  if (!done) {
    std::tie(tls_, ca_file_) = earlier;
    seen_ = fingerprint();  // of what serves: only a change of that is news
  }
  return done;
}

/// Whether every file can be used, so that none is taken over when another one cannot.
result<void, std::string> certificates::try_all() const {
  if (tls_.prediction.enabled()) {
    auto loaded = net::tls_context::load(tls_.prediction, tls_.minimum_version, control_tickets_);
    if (!loaded) return "tls.prediction: " + loaded.error();
  }
  if (tls_.control.enabled()) {
    auto loaded = net::tls_context::load(tls_.control, tls_.minimum_version, control_tickets_);
    if (!loaded) return "tls.control: " + loaded.error();
  }
  if (!ca_file_.empty()) {
    auto loaded = net::tls_client_context::load(ca_file_);
    if (!loaded) return "runtime.external: " + loaded.error();
  }
  return {};
}

/// With the mutex held.
result<void, std::string> certificates::reload_all() {
  seen_ = fingerprint();  // before the files are read: what changes meanwhile is seen the next time
  failed_ = true;
  if (auto done = try_all(); !done) return done;
  if (auto done = prediction_.reload_tls(tls_); !done) return "tls.prediction: " + done.error();
  if (tls_.control.enabled()) {
    auto loaded = net::tls_context::load(tls_.control, tls_.minimum_version, control_tickets_);
    if (!loaded) return "tls.control: " + loaded.error();
    control_tls_ = std::move(*loaded);
    if (control_ != nullptr) control_->set_tls(control_tls_);
  }
  if (auto done = prediction_.reload_upstream_authorities(ca_file_); !done) return "runtime.external: " + done.error();
  if (auto done = external_.reload_authorities(ca_file_); !done) return "runtime.external: " + done.error();
  failed_ = false;
  return {};
}

void certificates::reload_if_changed() {
  const std::lock_guard lock{mutex_};
  if (fingerprint() == seen_) return;
  if (const auto done = reload_all(); !done)
    log::error("tls", "files have changed and cannot be used; the earlier ones are kept", {{"why", done.error()}});
  else
    log::info("tls", "certificates were read again");
}

std::vector<gateway::reading> certificates::read() const {
  const std::lock_guard lock{mutex_};
  std::vector<gateway::reading> readings;
  if (control_tls_) {
    for (const auto& each : control_tls_->certificates()) readings.push_back(net::expiry_reading("control", each));
  }
  readings.push_back({"modelgate_certificate_reload_failed",
                      "Whether certificates could not be used when they were read last; the earlier ones serve.",
                      {},
                      failed_ ? 1.0 : 0.0,
                      false});
  if (control_ != nullptr) {
    readings.push_back({"modelgate_control_tls_handshake_failures_total",
                        "TLS handshakes on the control port that failed.",
                        {},
                        static_cast<double>(control_->tls_failures()),
                        true});
  }
  return readings;
}

}  // namespace modelgate
