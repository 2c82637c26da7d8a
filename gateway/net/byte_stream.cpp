#include "modelgate/net/byte_stream.hpp"

#include "modelgate/base/errc.hpp"
#include "modelgate/net/tls_channel.hpp"
#include "modelgate/net/unix_socket.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace modelgate::net {
namespace {

std::size_t total_size(std::span<const iovec> pieces) noexcept {
  std::size_t size = 0;
  for (const iovec& piece : pieces) size += piece.iov_len;
  return size;
}

/// What is smaller is copied into one piece: for the kernel that is less work than to gather several.
constexpr std::size_t copied_size = 2'048;
constexpr std::uint16_t most_gathered = 16;  ///< of one stream

ssize_t send_copied(int socket, std::span<const iovec> pieces) noexcept {
  if (pieces.size() == 1) return ::send(socket, pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL);
  std::array<char, copied_size> whole;
  char* end = whole.data();
  for (const iovec& piece : pieces) end = std::copy_n(static_cast<const char*>(piece.iov_base), piece.iov_len, end);
  return ::send(socket, whole.data(), static_cast<std::size_t>(end - whole.data()), MSG_NOSIGNAL);
}

ssize_t send_pieces(int socket, std::span<const iovec> pieces) noexcept {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());  // sendmsg does not write to it, but is declared as if it did
  message.msg_iovlen = pieces.size();
  return ::sendmsg(socket, &message, MSG_NOSIGNAL);
}

void set_no_delay(int socket) noexcept {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

byte_stream::byte_stream(event_loop& loop, socket_handle socket, event_loop::trigger told_of)
    : loop_{loop}, socket_{std::move(socket)}, told_of_{told_of} {
  if (told_of_ == event_loop::trigger::edges) set_no_delay(socket_.get());
  if (!loop_.watch(socket_.get(), *this, told_of_)) socket_.reset();
}

byte_stream::~byte_stream() {
  close_socket();
}

void byte_stream::start_tls(std::shared_ptr<const tls_context> context) {
  tls_ = std::make_unique<tls_channel>(native_handle(), std::move(context));
}

byte_stream::connect_state byte_stream::secured() {
  if (!tls_) {
    ssl_ptr session = target_->context ? target_->context->new_session(target_->server_name) : nullptr;
    if (!session) return connect_state::failed;
    tls_ = std::make_unique<tls_channel>(native_handle(), target_->context, std::move(session));
  }
  switch (handshake()) {
    case io_status::ok:
      return connect_state::done;
    case io_status::would_block:
      return connect_state::pending;
    case io_status::end:
    case io_status::failed:
      break;
  }
  return connect_state::failed;
}

io_status byte_stream::handshake() {
  const io_status status = tls_->handshake();
  if (tls_->has_unsent()) await_writable();
  note_how_far(status);
  if (status == io_status::would_block) expect_kernel();
  return status;
}

/// After OpenSSL has read: whether the socket may still hold something that no further edge tells of.
void byte_stream::note_how_far(io_status status) noexcept {
  const bool was_emptied = status == io_status::would_block || (status == io_status::ok && tls_->wants_kernel());
  readable_ = !was_emptied || has_ended_;
}

void byte_stream::abandon_tls() {
  tls_.reset();
  readable_ = true;
}

bool byte_stream::has_unsent() const noexcept {
  return tls_ ? tls_->has_unsent() : !unsent_.empty() || gathered_count_ > 0;
}

io_result byte_stream::read_sealed(std::span<char> into) {
  const io_result read = tls_->read(into);
  if (tls_->has_unsent()) await_writable();  // the protocol had something to say
  note_how_far(read.status);
  if (read.status == io_status::would_block) expect_kernel();
  return read;
}

io_result byte_stream::write_sealed(std::span<const iovec> pieces) {
  const io_result written = tls_->write(pieces);
  if (tls_->has_unsent()) {
    writable_ = false;
    await_writable();
  } else if (written.status == io_status::would_block) {
    note_how_far(written.status);
    expect_kernel();  // the protocol wants to hear something first
  }
  return written;
}

result<stream_ptr> byte_stream::start_connect(event_loop& loop, const endpoint& to, wake_signal& owner,
                                              std::unique_ptr<tls_target> secure) {
  if (to.is_unix()) {
    auto connected = connect_unix(to);
    if (!connected) return connected.error();
    // Such a socket tells each time that its peer has read, which is once a request: nobody listens before it is full.
    stream_ptr stream{new byte_stream{loop, std::move(*connected), event_loop::trigger::input_edges}};
    if (!stream->is_open()) return make_error_code(errc::destination_unavailable);
    stream->set_owner(&owner);
    stream->target_ = std::move(secure);
    return stream;
  }
  error_code problem;
  const auto address = boost::asio::ip::make_address(to.host, problem);
  if (problem) return make_error_code(errc::destination_unavailable);
  const boost::asio::ip::tcp::endpoint target{address, to.port};
  socket_handle socket{::socket(target.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!socket.is_open()) return error_code{errno, boost::system::system_category()};
  // Before it is watched: the kernel takes a socket that was never connected for one that has been hung up.
  const bool made = ::connect(socket.get(), target.data(), static_cast<socklen_t>(target.size())) == 0;
  if (!made && errno != EINPROGRESS) return error_code{errno, boost::system::system_category()};
  stream_ptr stream{new byte_stream{loop, std::move(socket)}};
  if (!stream->is_open()) return make_error_code(errc::destination_unavailable);
  stream->set_owner(&owner);
  stream->target_ = std::move(secure);
  if (!made) {
    stream->writable_ = false;
    stream->await_writable();
  }
  return stream;
}

io_result byte_stream::read_some(std::span<char> into) {
  if (!readable_) {
    awaiting_readable_ = true;
    return {io_status::would_block, 0};
  }
  if (tls_) return read_sealed(into);
  for (;;) {
    const ssize_t count = ::recv(socket_.get(), into.data(), into.size(), 0);
    if (count > 0) {
      // Less than asked for means that the socket is empty: the read that would say so is saved.
      readable_ = static_cast<std::size_t>(count) == into.size() || has_ended_;
      return {io_status::ok, static_cast<std::size_t>(count)};
    }
    if (count == 0) return {io_status::end, 0};
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return {io_status::failed, 0};
    readable_ = false;
    awaiting_readable_ = true;
    return {io_status::would_block, 0};
  }
}

io_result byte_stream::write_some(std::span<const iovec> pieces) {
  if (!writable_) {
    await_writable();
    return {io_status::would_block, 0};
  }
  if (tls_) return write_sealed(pieces);
  const std::size_t size = total_size(pieces);
  if (gathered_count_ > 0 && (size > copied_size || gathered_count_ == most_gathered)) loop_.send_gathered();
  if (has_failed_ || !socket_.is_open()) return {io_status::failed, 0};
  if (!writable_) return {io_status::would_block, 0};
  if (gathers_ && size <= copied_size) {
    loop_.send_late(*this, pieces);
    ++gathered_count_;
    return {io_status::ok, size};
  }
  for (;;) {
    const ssize_t count = size <= copied_size ? send_copied(socket_.get(), pieces) : send_pieces(socket_.get(), pieces);
    if (count >= 0) {
      const auto sent = static_cast<std::size_t>(count);
      if (sent < size) {
        writable_ = false;
        await_writable();
      }
      return {io_status::ok, sent};
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return {io_status::failed, 0};
    writable_ = false;
    await_writable();
    return {io_status::would_block, 0};
  }
}

void byte_stream::send_gathered(std::string_view bytes) noexcept {
  --gathered_count_;
  if (has_failed_) return;
  if (unsent_.empty()) bytes.remove_prefix(send_now(bytes));
  if (!has_failed_) unsent_.append(bytes);
}

/// How many the kernel took. A failure is not told here: the kernel tells of the broken connection as well.
std::size_t byte_stream::send_now(std::string_view bytes) noexcept {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = ::send(socket_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      writable_ = false;
      await_writable();
      break;
    } else if (errno != EINTR) {
      has_failed_ = true;
      readable_ = true;
      break;
    }
  }
  return sent;
}

byte_stream::connect_state byte_stream::connected() {
  if (!writable_) {
    await_writable();
    return connect_state::pending;
  }
  int problem = 0;
  socklen_t size = sizeof problem;
  if (::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &problem, &size) != 0 || problem != 0) {
    return connect_state::failed;
  }
  return target_ ? secured() : connect_state::done;
}

void byte_stream::expect_input() {
  if (tls_ && tls_->holds_input()) {  // the kernel will not tell of what has been taken from it
    readable_ = true;
    if (owner_ != nullptr) owner_->notify();
    return;
  }
  expect_kernel();
}

void byte_stream::expect_kernel() {
  if (awaiting_readable_) return;
  awaiting_readable_ = true;
  // What is known to be empty has its next edge before it; of an end that has been told there is none.
  if (readable_ || has_ended_) loop_.look_again(socket_.get(), *this, told_of_);
  readable_ = false;
}

void byte_stream::expect_first_input() {
  awaiting_readable_ = true;
  readable_ = false;
}

byte_stream::peer_state byte_stream::look() noexcept {
  if (tls_) {
    switch (tls_->peek()) {
      case io_status::ok:
        return peer_state::has_sent;
      case io_status::would_block:
        return peer_state::quiet;
      case io_status::end:
        return peer_state::finished;
      case io_status::failed:
        return peer_state::gone;
    }
  }
  if (!readable_) return peer_state::quiet;  // it was empty, and the loop has told of nothing since
  char byte = 0;
  const ssize_t count = ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (count > 0) return peer_state::has_sent;
  if (count == 0) return peer_state::finished;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? peer_state::quiet : peer_state::gone;
}

bool byte_stream::peer_has_closed() noexcept {
  pollfd asked{socket_.get(), POLLRDHUP, 0};
  return ::poll(&asked, 1, 0) > 0 && (asked.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void byte_stream::await_writable() {
  awaiting_writable_ = true;
  const bool is_news = std::exchange(told_of_, event_loop::trigger::edges) != event_loop::trigger::edges;
  // TLS does not say whether the kernel refused something.
  if (tls_ || is_news) loop_.look_again(socket_.get(), *this);
}

void byte_stream::on_ready(std::uint32_t events) {
  const stream_ptr kept{this};  // whoever is woken may let go of it
  constexpr std::uint32_t broken = EPOLLHUP | EPOLLERR;
  bool worth_a_look = false;
  // The end is worth a look also to who reads no further.
  if ((events & (EPOLLRDHUP | broken)) != 0) worth_a_look = !std::exchange(has_ended_, true);
  if ((events & broken) != 0) worth_a_look |= !std::exchange(is_broken_, true);
  if ((events & (EPOLLOUT | broken)) != 0 && is_writable_again()) worth_a_look = true;
  if ((events & (EPOLLIN | EPOLLRDHUP | broken)) != 0) {
    if (tls_) tls_->on_input_told();
    readable_ = true;
    worth_a_look |= std::exchange(awaiting_readable_, false);
  }
  if (worth_a_look && owner_ != nullptr) owner_->notify();
}

/// Whether somebody waited for that.
bool byte_stream::is_writable_again() {
  if (!awaiting_writable_) return false;
  if (tls_ && tls_->flush() == io_status::would_block) return false;
  awaiting_writable_ = false;
  writable_ = true;
  if (!unsent_.empty()) {
    unsent_.erase(0, send_now(unsent_));
    if (has_failed_) unsent_.clear();
    if (!writable_) return false;
    unsent_.shrink_to_fit();  // the slow are few, and idle for long
  }
  if (shuts_down_) shutdown_send();
  return true;
}

void byte_stream::shutdown_send() noexcept {
  if (tls_) {
    tls_->send_close_notify();
    shuts_down_ = tls_->has_unsent();
    if (shuts_down_) {
      await_writable();
      return;
    }
  }
  if (gathered_count_ > 0) loop_.send_gathered();
  shuts_down_ = !unsent_.empty();  // it is awaited already
  if (!shuts_down_ && !is_broken_) ::shutdown(socket_.get(), SHUT_WR);
}

void byte_stream::close() noexcept {
  owner_ = nullptr;
  if (tls_) tls_->send_close_notify();
  tls_.reset();  // it must not touch the next socket of the same number
  close_socket();
}

void byte_stream::abort() noexcept {
  owner_ = nullptr;
  if (gathered_count_ > 0) loop_.send_gathered();
  const linger at_once{1, 0};
  if (socket_.is_open()) ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  tls_.reset();
  close_socket();
}

void byte_stream::close_socket() noexcept {
  if (!socket_.is_open()) return;
  if (gathered_count_ > 0) loop_.send_gathered();
  loop_.forget(socket_.get(), *this);
  socket_.reset();
}

}  // namespace modelgate::net
