#pragma once

#include "tests/support/tls_session.hpp"

#include "modelgate/net/endpoint.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace modelgate::test {

using std::chrono::milliseconds;

/// How long a test waits for what must come; only ever used up when something is broken.
inline constexpr milliseconds patience{10'000};

/// A blocking TCP connection that speaks bytes. Throws std::runtime_error when the socket itself fails or patience is
/// used up.
class raw_socket {
 public:
  explicit raw_socket(const net::endpoint& to);
  explicit raw_socket(int connected) noexcept : fd_{connected} {}
  raw_socket(raw_socket&& other) noexcept;
  raw_socket& operator=(raw_socket&&) = delete;
  ~raw_socket();

  /// From here on it speaks TLS. Errors: std::runtime_error when the handshake fails.
  void secure(const tls_wishes& wishes);
  void secure_as_server(const certificate_files& files);
  [[nodiscard]] tls_session& tls() const noexcept { return *tls_; }

  void send(std::string_view bytes);
  /// Answers false instead of throwing when the peer does not take them any more.
  bool try_send(std::string_view bytes);
  /// Holds back what is sent, so that it goes out in one piece when it is let go.
  void hold_back(bool on);
  void shutdown_send();
  void close();
  void reset();

  /// What comes next, at most `most` bytes; empty when the peer has closed or reset.
  [[nodiscard]] std::string receive_some(std::size_t most = 65'536, milliseconds wait = patience);
  /// Everything until the peer closes.
  [[nodiscard]] std::string receive_all(milliseconds wait = patience);
  /// Exactly one HTTP message as its own framing says; a body until close is read until close.
  [[nodiscard]] std::string receive_message(bool to_head = false);
  /// Whether nothing at all comes for that long.
  [[nodiscard]] bool is_silent_for(milliseconds wait);
  [[nodiscard]] bool was_reset() const noexcept { return reset_seen_; }

 private:
  bool fill(milliseconds wait);

  int fd_ = -1;
  std::unique_ptr<tls_session> tls_;
  std::string pending_;
  bool reset_seen_ = false;
};

/// Status code of a response's first line, 0 when it has none.
[[nodiscard]] int status_of(std::string_view response);
/// Value of a header field, empty when missing; names compare without case.
[[nodiscard]] std::string field_of(std::string_view message, std::string_view name);
[[nodiscard]] int count_of(std::string_view message, std::string_view name);
[[nodiscard]] std::string body_of(std::string_view message);
[[nodiscard]] std::string base64(std::string_view text);

}  // namespace modelgate::test
