#pragma once

#include "tests/support/certificates.hpp"
#include "tests/support/gateway_fixture.hpp"
#include "tests/support/temporary_folder.hpp"

#include <functional>
#include <string>

namespace modelgate::test {

/// A gateway that speaks TLS as "gate.test" and as "other.test" and "*.wild.test", with an authority of its own.
struct tls_fixture {
  explicit tls_fixture(const std::function<void(config::settings&)>& change = {})
      : gate{authority.issue_for("gate", "gate.test")},
        other{authority.issue("other", {"other.test", {"other.test", "*.wild.test"}})} {
    settings.timeouts.handshake = milliseconds{1'500};
    settings.tls.prediction.certificates = {gate.certificate, other.certificate};
    settings.tls.prediction.keys = {gate.key, other.key};
    if (change) change(settings);
    served = std::make_unique<gateway_fixture>(settings);
  }

  [[nodiscard]] tls_wishes to(const std::string& name) const {
    tls_wishes wishes;
    wishes.server_name = name;
    wishes.ca_file = authority.file();
    return wishes;
  }
  [[nodiscard]] raw_socket connect(const tls_wishes& wishes) const {
    raw_socket client = served->connect();
    client.secure(wishes);
    return client;
  }
  [[nodiscard]] raw_socket connect() const { return connect(to("gate.test")); }
  [[nodiscard]] std::string ask(const tls_wishes& wishes, std::string_view bytes) const {
    raw_socket client = connect(wishes);
    client.send(bytes);
    return client.receive_message();
  }
  /// Why the handshake fails; empty when it does not. In TLS 1.3 a client learns of it with its first read only.
  [[nodiscard]] std::string refusal(const tls_wishes& wishes) const {
    try {
      raw_socket client = connect(wishes);
      client.send(get("/ping", {}));
      return client.receive_message().empty() ? "closed" : "";
    } catch (const std::exception& problem) {
      return problem.what();
    }
  }

  tests::temporary_folder folder;
  certificate_authority authority{folder.path()};
  certificate_files gate;
  certificate_files other;
  config::settings settings = gateway_fixture::short_settings();
  std::unique_ptr<gateway_fixture> served;
};

/// The same request for another host.
[[nodiscard]] inline std::string for_host(const std::string& host, std::string request) {
  const std::string usual = "Host: gw.test\r\n";
  return request.replace(request.find(usual), usual.size(), "Host: " + host + "\r\n");
}

}  // namespace modelgate::test
