#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/base/result.hpp"
#include "modelgate/config/settings.hpp"
#include "modelgate/metrics/gauge_reading.hpp"
#include "modelgate/net/ticket_keys.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct ssl_st;
struct ssl_ctx_st;

namespace modelgate::net {

struct free_ssl {
  void operator()(ssl_st* held) const noexcept;
};
struct free_ssl_ctx {
  void operator()(ssl_ctx_st* held) const noexcept;
};
using ssl_ptr = std::unique_ptr<ssl_st, free_ssl>;
using ssl_ctx_ptr = std::unique_ptr<ssl_ctx_st, free_ssl_ctx>;

class tls_context;
using tls_context_ptr = std::shared_ptr<const tls_context>;

/// Everything that a port needs to speak TLS: certificates, chosen by the name that a client asks for, protocol
/// versions, ticket keys, authorities of clients.
///
/// TLS 1.2 with forward secrecy and AEAD ciphers only, and TLS 1.3; "http/1.1" is the one protocol (ALPN); no
/// renegotiation, no compression, no early data.
///
/// Shape:  immutable and any-thread. A reload makes another one, for the handshakes that follow; whoever opened a
///         connection keeps its own for as long as that lives.
class tls_context {
 public:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// Reads the files; logs what should be better although it works. Errors: a sentence that says which file is wrong and what to do.
  [[nodiscard]] static result<tls_context_ptr, std::string> load(const config::tls_port_settings& settings,
                                                                 config::tls_version minimum,
                                                                 std::shared_ptr<ticket_keys> tickets);

  struct shown_certificate {
    std::filesystem::path file;
    std::vector<std::string> names;
    system_time expires;
  };
  [[nodiscard]] const std::vector<shown_certificate>& certificates() const noexcept { return shown_; }

  /// Which certificate is for this host (a name or an address, without a port): the first that names it, else the
  /// first of all, or `none` where unknown names are rejected. Allocates nothing.
  [[nodiscard]] std::size_t choose(std::string_view host) const noexcept;

  /// The server's side of a new connection. The context has to outlive it.
  [[nodiscard]] ssl_ptr new_session() const;

  ~tls_context();
  tls_context(const tls_context&) = delete;
  tls_context& operator=(const tls_context&) = delete;

 private:
  struct callbacks;
  explicit tls_context(std::shared_ptr<ticket_keys> tickets) : tickets_{std::move(tickets)} {}

  std::shared_ptr<ticket_keys> tickets_;
  bool reject_unknown_names_ = false;
  std::vector<ssl_ctx_ptr> contexts_;  ///< one for each certificate
  std::vector<shown_certificate> shown_;
};

/// `modelgate_certificate_expiry_timestamp_seconds` of one certificate of that port.
[[nodiscard]] metrics::gauge_reading expiry_reading(std::string_view port, const tls_context::shown_certificate& of);

/// What a client needs to verify servers.
///
/// Shape: immutable and any-thread; outlives the sessions that it makes.
class tls_client_context {
 public:
  /// `ca_file` empty: the authorities that this system trusts. Errors: a sentence, as above.
  [[nodiscard]] static result<std::shared_ptr<const tls_client_context>, std::string> load(
      const std::filesystem::path& ca_file);

  /// The client's side of a new connection to a server whose certificate must be for `server_name`: a DNS name, which
  /// is told to the server too, or an IP address. Errors: nullptr when the name cannot be one.
  [[nodiscard]] ssl_ptr new_session(const std::string& server_name) const;

 private:
  explicit tls_client_context(ssl_ctx_ptr context) : context_{std::move(context)} {}

  ssl_ctx_ptr context_;
};
using tls_client_context_ptr = std::shared_ptr<const tls_client_context>;

/// Why a handshake failed, in words for a log: what OpenSSL or the verification of a certificate says. Takes it from
/// this thread's queue of errors.
struct tls_failure {
  bool is_certificate = false;  ///< one side did not accept the other's certificate
  bool is_closed = false;       ///< the peer went away
  std::string what;
};
[[nodiscard]] tls_failure take_tls_failure(ssl_st* of);

}  // namespace modelgate::net
