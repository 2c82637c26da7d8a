#pragma once

#include "modelgate/base/result.hpp"
#include "modelgate/net/endpoint.hpp"
#include "modelgate/net/event_loop.hpp"
#include "modelgate/net/io_result.hpp"
#include "modelgate/net/socket_handle.hpp"
#include "modelgate/net/wake_signal.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace modelgate::net {

class tls_channel;
class tls_context;
class tls_client_context;

/// Who a server has to prove to be.
struct tls_target {
  std::shared_ptr<const tls_client_context> context;
  std::string server_name;
};

/// A non-blocking byte stream that is read and written at once where possible, and waits only when the kernel says so.
///
/// `read_some` and `write_some` are one system call or none; when they answer would_block the owner's signal is
/// notified as soon as it is worth trying again.
///
/// It may hold what the kernel did not take yet, with TLS or where sends are gathered, which goes out by itself;
/// `has_unsent` is asked before a close that must not lose it.
///
/// Shape:  worker-local, reference counted because whoever is woken by it may let go of it.
/// Errors: `failed` covers resets; the stream is then good for nothing but closing.
class byte_stream final : public watcher,
                          public late_sender,
                          public boost::intrusive_ref_counter<byte_stream, boost::thread_unsafe_counter> {
 public:
  /// Takes an open, connected, non-blocking socket; sets TCP_NODELAY. It is closed when the loop cannot watch it.
  byte_stream(event_loop& loop, socket_handle socket, event_loop::trigger told_of = event_loop::trigger::edges);
  ~byte_stream();

  /// From here on it speaks TLS: `handshake` comes first.
  void start_tls(std::shared_ptr<const tls_context> context);
  [[nodiscard]] io_status handshake();
  /// Speaks plainly again, after a handshake that failed: to read away what still comes.
  void abandon_tls();
  /// nullptr without TLS.
  [[nodiscard]] const tls_channel* tls() const noexcept { return tls_.get(); }
  [[nodiscard]] bool has_unsent() const noexcept;

  /// Starts a connection. It is made, with `secure` after the TLS handshake, or has failed, when `connected` says so; the
  /// owner's signal is notified.
  [[nodiscard]] static result<boost::intrusive_ptr<byte_stream>> start_connect(
      event_loop& loop, const endpoint& to, wake_signal& owner, std::unique_ptr<tls_target> secure = nullptr);

  /// Who is told that waiting is over; none while nobody uses the stream.
  void set_owner(wake_signal* owner) noexcept { owner_ = owner; }

  [[nodiscard]] io_result read_some(std::span<char> into);
  [[nodiscard]] io_result write_some(std::span<const iovec> pieces);
  /// From here on what is small is sent at the end of the loop's turn. That it was lost, a later read or write tells.
  void gather_sends() noexcept { gathers_ = true; }

  enum class connect_state { pending, done, failed };
  [[nodiscard]] connect_state connected();

  /// Asks to be notified when there is something to read, the end of the stream included, although nothing was tried.
  void expect_input();
  /// The same in the turn of the loop in which the stream was made: it needs no look at the socket, as its first edge is
  /// still to be told.
  void expect_first_input();
  /// Whether the last look said that a read may find something. Cheap; true until proven otherwise.
  [[nodiscard]] bool maybe_readable() const noexcept { return readable_; }

  /// What is known of the peer without taking anything from the socket. `quiet`: nothing came before this turn of the loop;
  /// only a socket that may hold something is looked at with a system call.
  enum class peer_state { quiet, has_sent, finished, gone };
  [[nodiscard]] peer_state look() noexcept;

  /// Whether the peer has closed its side, also when what it sent before has not been read yet.
  [[nodiscard]] bool peer_has_closed() noexcept;

  /// What the loop has told of that already, without a system call; and whether it was no orderly end.
  [[nodiscard]] bool has_ended() const noexcept { return has_ended_; }
  [[nodiscard]] bool is_broken() const noexcept { return is_broken_; }

  void shutdown_send() noexcept;
  void close() noexcept;
  /// Closes with a reset: the peer learns that something went wrong although bytes were sent before.
  void abort() noexcept;
  [[nodiscard]] bool is_open() const noexcept { return socket_.is_open(); }
  [[nodiscard]] int native_handle() const noexcept { return socket_.get(); }

  void on_ready(std::uint32_t events) override;
  void send_gathered(std::string_view bytes) noexcept override;

 private:
  [[nodiscard]] connect_state secured();
  [[nodiscard]] io_result read_sealed(std::span<char> into);
  [[nodiscard]] io_result write_sealed(std::span<const iovec> pieces);
  void note_how_far(io_status status) noexcept;
  void expect_kernel();
  void await_writable();
  [[nodiscard]] bool is_writable_again();
  void close_socket() noexcept;
  [[nodiscard]] std::size_t send_now(std::string_view bytes) noexcept;

  event_loop& loop_;
  socket_handle socket_;
  std::unique_ptr<tls_target> target_;  ///< of a connection that is to speak TLS
  std::unique_ptr<tls_channel> tls_;
  wake_signal* owner_ = nullptr;
  event_loop::trigger told_of_;
  bool readable_ = true;
  bool writable_ = true;
  bool awaiting_readable_ = false;
  bool awaiting_writable_ = false;
  bool has_ended_ = false;  ///< the peer's side: no later edge will tell of it
  bool is_broken_ = false;
  bool shuts_down_ = false;  ///< as soon as everything has been sent
  bool gathers_ = false;
  bool has_failed_ = false;           ///< a send that was gathered
  std::uint16_t gathered_count_ = 0;  ///< sends that the loop has yet to do
  std::string unsent_;                ///< of those, what the kernel did not take
};

using stream_ptr = boost::intrusive_ptr<byte_stream>;

}  // namespace modelgate::net
