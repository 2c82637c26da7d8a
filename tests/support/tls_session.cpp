#include "tests/support/tls_session.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <stdexcept>

namespace modelgate::test {
namespace {

[[noreturn]] void fail(const std::string& what) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
  ERR_clear_error();
  throw std::runtime_error{what + ": " + text.data()};
}

void show(SSL_CTX* context, const certificate_files& files) {
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) fail("certificate");
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) fail("key");
}

}  // namespace

tls_session::tls_session(int socket, const tls_wishes& wishes)
    : context_{SSL_CTX_new(TLS_client_method()), SSL_CTX_free} {
  SSL_CTX* context = context_.get();
  if (!wishes.own.certificate.empty()) show(context, wishes.own);
  if (wishes.version != 0) {
    SSL_CTX_set_security_level(context, 0);  // a test may ask for what is too old
    SSL_CTX_set_min_proto_version(context, wishes.version);
    SSL_CTX_set_max_proto_version(context, wishes.version);
  }
  if (!wishes.ca_file.empty()) {
    if (SSL_CTX_load_verify_file(context, wishes.ca_file.c_str()) != 1) fail("authorities");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  }
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, [](SSL* of, SSL_SESSION* ticket) {
    static_cast<tls_session*>(SSL_get_app_data(of))->ticket_ = {ticket, SSL_SESSION_free};
    return 1;
  });
  ssl_ = {SSL_new(context), SSL_free};
  SSL_set_app_data(ssl_.get(), this);
  if (!wishes.server_name.empty()) {
    SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(wishes.server_name.c_str()));
    if (!wishes.ca_file.empty()) SSL_set1_host(ssl_.get(), wishes.server_name.c_str());
  }
  std::string protocols;
  for (const std::string& name : wishes.protocols) protocols.append(1, static_cast<char>(name.size())).append(name);
  if (!protocols.empty()) {
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned>(protocols.size()));
  }
  if (wishes.session) SSL_set_session(ssl_.get(), wishes.session.get());
  begin(socket, false);
}

tls_session::tls_session(int socket, const certificate_files& server)
    : context_{SSL_CTX_new(TLS_server_method()), SSL_CTX_free} {
  show(context_.get(), server);
  ssl_ = {SSL_new(context_.get()), SSL_free};
  begin(socket, true);
}

tls_session::~tls_session() = default;

void tls_session::begin(int socket, bool server) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes as it likes
  const timeval patience{10, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  SSL_set_fd(ssl_.get(), socket);
  ERR_clear_error();
  if ((server ? SSL_accept(ssl_.get()) : SSL_connect(ssl_.get())) != 1) fail("handshake");
}

bool tls_session::write(std::string_view bytes) {
  if (bytes.empty()) return true;
  ERR_clear_error();
  std::size_t written = 0;
  return SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) == 1;
}

std::size_t tls_session::read(char* into, std::size_t size) {
  ERR_clear_error();
  std::size_t count = 0;
  const int answer = SSL_read_ex(ssl_.get(), into, size, &count);
  if (answer == 1) return count;
  ended_cleanly_ = SSL_get_error(ssl_.get(), answer) == SSL_ERROR_ZERO_RETURN;
  return 0;
}

bool tls_session::has_pending() const {
  return SSL_pending(ssl_.get()) > 0;
}

void tls_session::send_close_notify() {
  SSL_shutdown(ssl_.get());
}

bool tls_session::was_resumed() const {
  return SSL_session_reused(ssl_.get()) == 1;
}

std::string tls_session::shown_name() const {
  const X509* shown = SSL_get0_peer_certificate(ssl_.get());
  if (shown == nullptr) return {};
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(shown), NID_commonName, name.data(), static_cast<int>(name.size()));
  return name.data();
}

std::string tls_session::protocol() const {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return size == 0 ? std::string{} : std::string{reinterpret_cast<const char*>(name), size};
}

std::string tls_session::asked_name() const {
  const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
  return name == nullptr ? std::string{} : std::string{name};
}

}  // namespace modelgate::test
