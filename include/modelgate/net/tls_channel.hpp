#pragma once

#include "modelgate/net/io_result.hpp"
#include "modelgate/net/tls_context.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct bio_st;
struct iovec;

namespace modelgate::net {

/// The TLS side of one connected, non-blocking socket.
///
/// What is written is sealed and sent at once; what the kernel does not take is kept, at most one record and what the
/// protocol itself has to say, and nothing more is sealed until it has gone. So a write is never half done.
///
/// Shape:  worker-local; owned by its byte_stream, which closes the socket.
/// Errors: `end` is the peer's close_notify only. A connection that ends without one has been cut: `failed`.
class tls_channel {
 public:
  tls_channel(int socket, tls_context_ptr context);
  tls_channel(int socket, tls_client_context_ptr context, ssl_ptr session);
  ~tls_channel();
  tls_channel(const tls_channel&) = delete;
  tls_channel& operator=(const tls_channel&) = delete;

  /// would_block: again when the socket is readable.
  [[nodiscard]] io_status handshake();
  /// Why the handshake failed.
  [[nodiscard]] const tls_failure& failure() const noexcept { return failure_; }

  /// After would_block or a short read, `wants_kernel` says whether only the socket can bring more.
  [[nodiscard]] io_result read(std::span<char> into);
  [[nodiscard]] bool wants_kernel() const noexcept;
  /// The socket has been said to hold something: what is read from here on may come from what had been taken before.
  void on_input_told() noexcept { drained_ = false; }
  /// Whether bytes that came are here and were not read yet.
  [[nodiscard]] bool holds_input() const noexcept;
  /// Without taking anything: ok when there is something to read. Takes in what is for the protocol only.
  [[nodiscard]] io_status peek();

  [[nodiscard]] io_result write(std::span<const iovec> pieces);
  /// Sends what was kept. would_block while some is left.
  [[nodiscard]] io_status flush();
  [[nodiscard]] bool has_unsent() const noexcept { return !broken_ && unsent_from_ < unsent_.size(); }

  /// Says that nothing more will be written.
  void send_close_notify() noexcept;

  [[nodiscard]] bool was_resumed() const noexcept;
  /// The name that the client asked for (SNI); empty when it asked for none.
  [[nodiscard]] std::string_view asked_name() const noexcept { return asked_name_; }
  /// Who the client's certificate, which has been verified, says that it is; empty without one.
  [[nodiscard]] const std::string& client_name() const noexcept { return client_name_; }
  /// Whether a request for this host (with or without a port) belongs on this connection: another certificate would
  /// have been shown for it than for the name that was asked for. Source: RFC 9110 section 15.5.20.
  [[nodiscard]] bool is_for(std::string_view host) const noexcept;

 private:
  struct socket_bio;

  void attach(int socket);
  void learn_of_client();
  [[nodiscard]] io_status judge(int answer);

  int socket_;
  tls_context_ptr context_;  ///< of a server
  tls_client_context_ptr client_context_;
  ssl_ptr session_;
  std::string unsent_;
  std::size_t unsent_from_ = 0;
  std::string asked_name_;
  std::string client_name_;
  tls_failure failure_;
  bool drained_ = true;  ///< the last read got less than it asked for, and nothing was told of since
  bool broken_ = false;
  bool established_ = false;
};

}  // namespace modelgate::net
