#include "modelgate/net/tls_channel.hpp"

#include "modelgate/crypto/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace modelgate::net {
namespace {

constexpr std::size_t record_size = SSL3_RT_MAX_PLAIN_LENGTH;

std::string_view without_port(std::string_view host) noexcept {
  if (host.starts_with('[')) return host.substr(1, host.find(']') == std::string_view::npos ? 0 : host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

}  // namespace

/// OpenSSL's way to the socket: reads from it, writes to it or to what is kept for it.
struct tls_channel::socket_bio {
  static tls_channel& of(BIO* bio) { return *static_cast<tls_channel*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* into, int size) {
    tls_channel& self = of(bio);
    BIO_clear_retry_flags(bio);
    for (;;) {
      const ssize_t count = ::recv(self.socket_, into, static_cast<std::size_t>(size), 0);
      if (count < 0 && errno == EINTR) continue;
      self.drained_ = count < size;
      if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) BIO_set_retry_read(bio);
      return static_cast<int>(count);
    }
  }

  static int write(BIO* bio, const char* bytes, int size) {
    tls_channel& self = of(bio);
    BIO_clear_retry_flags(bio);
    std::string_view rest{bytes, static_cast<std::size_t>(size)};
    if (!self.has_unsent()) {
      const ssize_t count = ::send(self.socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return -1;
      if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
    }
    self.unsent_.append(rest);
    return size;
  }

  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return 0;
    if (command == BIO_CTRL_WPENDING) return static_cast<long>(of(bio).unsent_.size() - of(bio).unsent_from_);
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }

  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "modelgate socket");
      BIO_meth_set_read(fresh, &read);
      BIO_meth_set_write(fresh, &write);
      BIO_meth_set_ctrl(fresh, &control);
      return fresh;
    }();
    return made;
  }
};

tls_channel::tls_channel(int socket, tls_context_ptr context)
    : socket_{socket}, context_{std::move(context)}, session_{context_->new_session()} {
  attach(socket);
}

tls_channel::tls_channel(int socket, tls_client_context_ptr context, ssl_ptr session)
    : socket_{socket}, client_context_{std::move(context)}, session_{std::move(session)} {
  attach(socket);
}

tls_channel::~tls_channel() = default;

void tls_channel::attach(int socket) {
  socket_ = socket;
  BIO* bio = session_ ? BIO_new(socket_bio::method()) : nullptr;
  if (bio == nullptr) throw std::bad_alloc{};  // OpenSSL fails here for want of memory only
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(session_.get(), bio, bio);
}

/// What an answer of OpenSSL that is no success means.
io_status tls_channel::judge(int answer) {
  switch (SSL_get_error(session_.get(), answer)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return io_status::would_block;
    case SSL_ERROR_ZERO_RETURN:
      return io_status::end;
    default:
      broken_ = true;
      return io_status::failed;
  }
}

io_status tls_channel::handshake() {
  if (broken_) return io_status::failed;
  ERR_clear_error();
  const int answer = SSL_do_handshake(session_.get());
  if (answer == 1) {
    established_ = true;
    if (context_) learn_of_client();
    return broken_ ? io_status::failed : io_status::ok;
  }
  const io_status status = judge(answer);
  if (status == io_status::would_block) return status;
  broken_ = true;
  failure_ = take_tls_failure(session_.get());
  return status;
}

void tls_channel::learn_of_client() {
  if (const char* name = SSL_get_servername(session_.get(), TLSEXT_NAMETYPE_host_name)) asked_name_ = name;
  const X509* client = SSL_get0_peer_certificate(session_.get());
  if (client == nullptr || SSL_get_verify_result(session_.get()) != X509_V_OK) return;
  // A ticket carries a certificate that was verified when it was new: it may have run out since.
  if (crypto::expiry_of(client) <= system_clock::now()) {
    broken_ = true;
    failure_ = {true, false, "certificate has expired"};
    return;
  }
  client_name_ = crypto::subject_name_of(client);
}

io_result tls_channel::read(std::span<char> into) {
  if (broken_) return {io_status::failed, 0};
  ERR_clear_error();
  std::size_t count = 0;
  const int answer = SSL_read_ex(session_.get(), into.data(), into.size(), &count);
  if (answer == 1) return {io_status::ok, count};
  return {judge(answer), 0};
}

bool tls_channel::holds_input() const noexcept {
  return SSL_has_pending(session_.get()) == 1;
}

bool tls_channel::wants_kernel() const noexcept {
  return drained_ && !holds_input();
}

io_status tls_channel::peek() {
  if (broken_) return io_status::failed;
  ERR_clear_error();
  char byte = 0;
  std::size_t count = 0;
  const int answer = SSL_peek_ex(session_.get(), &byte, 1, &count);
  return answer == 1 ? io_status::ok : judge(answer);
}

io_status tls_channel::flush() {
  while (has_unsent()) {
    const ssize_t count = ::send(socket_, unsent_.data() + unsent_from_, unsent_.size() - unsent_from_, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return io_status::would_block;
    if (count < 0) {
      broken_ = true;
      return io_status::failed;
    }
    unsent_from_ += static_cast<std::size_t>(count);
  }
  if (unsent_.capacity() > 0) std::string{}.swap(unsent_);  // idle connections hold nothing
  unsent_from_ = 0;
  return io_status::ok;
}

io_result tls_channel::write(std::span<const iovec> pieces) {
  if (broken_) return {io_status::failed, 0};
  if (const io_status sent = flush(); sent != io_status::ok) return {sent, 0};
  std::array<char, record_size> gathered;
  std::size_t accepted = 0;
  std::size_t piece = 0;
  std::size_t within = 0;  // of that piece
  while (piece < pieces.size()) {
    // Small pieces share a record; what fills one is sealed from where it lies.
    const char* bytes = static_cast<const char*>(pieces[piece].iov_base) + within;
    std::size_t size = std::min(pieces[piece].iov_len - within, record_size);
    std::size_t next_piece = piece;
    std::size_t next_within = within + size;
    if (size < record_size) {
      size = 0;
      next_within = within;
      while (next_piece < pieces.size() && size < record_size) {
        const std::size_t part = std::min(pieces[next_piece].iov_len - next_within, record_size - size);
        if (part > 0) {
          std::memcpy(gathered.data() + size, static_cast<const char*>(pieces[next_piece].iov_base) + next_within,
                      part);
        }
        size += part;
        next_within += part;
        if (next_within < pieces[next_piece].iov_len) break;
        ++next_piece;
        next_within = 0;
      }
      bytes = gathered.data();
    } else if (next_within == pieces[piece].iov_len) {
      ++next_piece;
      next_within = 0;
    }
    if (size == 0) break;
    ERR_clear_error();
    std::size_t sealed = 0;
    const int answer = SSL_write_ex(session_.get(), bytes, size, &sealed);
    if (answer != 1 || sealed != size) {
      if (answer != 1 && judge(answer) == io_status::would_block) return {io_status::would_block, accepted};
      broken_ = true;
      return {io_status::failed, accepted};
    }
    accepted += size;
    piece = next_piece;
    within = next_within;
    if (has_unsent()) break;
  }
  return {io_status::ok, accepted};
}

void tls_channel::send_close_notify() noexcept {
  if (broken_ || !established_ || (SSL_get_shutdown(session_.get()) & SSL_SENT_SHUTDOWN) != 0) return;
  ERR_clear_error();
  if (SSL_shutdown(session_.get()) < 0) ERR_clear_error();
}

bool tls_channel::was_resumed() const noexcept {
  return SSL_session_reused(session_.get()) == 1;
}

bool tls_channel::is_for(std::string_view host) const noexcept {
  if (asked_name_.empty() || host.empty()) return true;
  const std::string_view name = without_port(host);
  return crypto::name_covers(asked_name_, name) || context_->choose(asked_name_) == context_->choose(name);
}

}  // namespace modelgate::net
