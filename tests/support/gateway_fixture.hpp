#pragma once

#include "tests/support/raw_socket.hpp"
#include "tests/support/scripted_upstream.hpp"

#include "modelgate/gateway.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::test {

/// A gateway on a port of its own, with deployments that a test adds.
class gateway_fixture {
 public:
  explicit gateway_fixture(const config::settings& settings = short_settings());

  /// Deadlines short enough for tests that wait for them.
  [[nodiscard]] static config::settings short_settings();

  /// Adds or replaces a deployment and waits until it is live.
  void deploy(config::deployment_config deployment);
  /// A public passthrough deployment with these replicas.
  void deploy(const std::string& id, const std::vector<const scripted_upstream*>& replicas);
  /// A client of a deployment; answers its token.
  [[nodiscard]] static config::deployment_config make(const std::string& id,
                                                      const std::vector<const scripted_upstream*>& replicas);
  /// Each of its replicas takes so many requests at a time.
  static void declare(config::deployment_config& deployment, std::uint32_t concurrency);
  [[nodiscard]] config::client_credential credential(const std::string& name, std::string_view token) const;

  [[nodiscard]] raw_socket connect() const { return raw_socket{gateway->address()}; }
  /// Sends bytes on a new connection and answers what comes until the gateway closes.
  [[nodiscard]] std::string exchange(std::string_view bytes) const;
  /// One message on a new connection.
  [[nodiscard]] std::string ask(std::string_view bytes) const;
  /// Value of a metric line that starts so, for example `modelgate_retries_total{reason="connect"}`; -1 when there is
  /// none.
  [[nodiscard]] double metric(std::string_view series) const;

  crypto::token_key key = crypto::token_key::generate();
  std::unique_ptr<modelgate::gateway> gateway;

 private:
  config::snapshot snapshot_;
};

/// "POST <path> HTTP/1.1" with Host, Content-Length and this body; `fields` are whole lines.
[[nodiscard]] std::string post(std::string_view path, std::string_view body, std::string_view fields = {});
[[nodiscard]] std::string get(std::string_view path, std::string_view fields = {});

}  // namespace modelgate::test
