#pragma once

#include "control/runtime/external/external_driver.hpp"

#include "modelgate/config/settings.hpp"
#include "modelgate/gateway.hpp"
#include "modelgate/http_io/server.hpp"
#include "modelgate/net/tls_context.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace modelgate {

/// The certificates of both ports and the authorities of replicas, read again in the running program.
///
/// Shape:  any-thread, but for `attach`, which comes before the first thread. What it refers to outlives it.
class certificates {
 public:
  /// Errors: std::runtime_error when those of the control port cannot be used.
  certificates(const config::settings& settings, gateway& prediction,
               control::runtime::external::external_driver& external);

  /// For the control port; nullptr: it speaks no TLS.
  [[nodiscard]] const net::tls_context_ptr& control_context() const noexcept { return control_tls_; }
  void attach(http_io::server& control) noexcept { control_ = &control; }

  /// Reads every file that these settings name. Connections that are open go on as they are.
  /// Errors: a sentence that says what is wrong; what could not be read stays as it was. TLS itself cannot be turned on
  /// or off this way.
  [[nodiscard]] result<void, std::string> reload(const config::settings& settings);

  /// The same when a file has changed since they were read last; logs what came of it.
  void reload_if_changed();

  [[nodiscard]] std::vector<gateway::reading> read() const;

 private:
  [[nodiscard]] result<void, std::string> try_all() const;
  [[nodiscard]] result<void, std::string> reload_all();
  [[nodiscard]] std::string fingerprint() const;

  gateway& prediction_;
  control::runtime::external::external_driver& external_;
  http_io::server* control_ = nullptr;

  mutable std::mutex mutex_;
  config::tls_settings tls_;
  std::filesystem::path ca_file_;
  std::shared_ptr<net::ticket_keys> control_tickets_;
  net::tls_context_ptr control_tls_;
  std::string seen_;  ///< fingerprint of what was read last
  bool failed_ = false;
};

}  // namespace modelgate
