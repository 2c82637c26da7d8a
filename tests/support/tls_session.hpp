#pragma once

#include "tests/support/certificates.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct ssl_st;
struct ssl_ctx_st;
struct ssl_session_st;

namespace modelgate::test {

/// What a client of a test wants of TLS.
struct tls_wishes {
  std::string server_name;                  ///< SNI, and verified if there is a ca_file; empty: none
  std::filesystem::path ca_file;            ///< empty: nothing is verified
  std::vector<std::string> protocols;       ///< ALPN
  certificate_files own;                    ///< empty: the client shows nothing
  int version = 0;                          ///< TLS1_2_VERSION, the only one then; 0: whatever goes
  std::shared_ptr<ssl_session_st> session;  ///< to resume
};

/// TLS over a blocking socket of a test, by OpenSSL's own means.
class tls_session {
 public:
  /// Errors: std::runtime_error with OpenSSL's words.
  tls_session(int socket, const tls_wishes& wishes);
  tls_session(int socket, const certificate_files& server);
  ~tls_session();
  tls_session(const tls_session&) = delete;
  tls_session& operator=(const tls_session&) = delete;

  bool write(std::string_view bytes);
  /// 0 at the end, which `ended_cleanly` tells more about.
  std::size_t read(char* into, std::size_t size);
  [[nodiscard]] bool has_pending() const;
  void send_close_notify();

  [[nodiscard]] bool ended_cleanly() const noexcept { return ended_cleanly_; }  ///< by a close_notify
  [[nodiscard]] bool was_resumed() const;
  [[nodiscard]] std::string shown_name() const;  ///< common name of the peer's certificate
  [[nodiscard]] std::string protocol() const;    ///< by ALPN
  [[nodiscard]] std::string asked_name() const;  ///< of a server
  [[nodiscard]] std::shared_ptr<ssl_session_st> session() const { return ticket_; }  ///< the last one that came

 private:
  void begin(int socket, bool server);

  std::shared_ptr<ssl_ctx_st> context_;
  std::shared_ptr<ssl_st> ssl_;
  std::shared_ptr<ssl_session_st> ticket_;
  bool ended_cleanly_ = false;
};

}  // namespace modelgate::test
