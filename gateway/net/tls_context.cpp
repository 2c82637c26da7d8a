#include "modelgate/net/tls_context.hpp"

#include "modelgate/base/log.hpp"
#include "modelgate/crypto/certificate.hpp"

#include <arpa/inet.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>

namespace modelgate::net {
namespace {

constexpr const char* ciphers_of_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL";
constexpr std::string_view only_protocol = "http/1.1";
constexpr std::size_t ticket_iv_size = 16;
constexpr std::chrono::seconds longest_ticket{604'800};  // RFC 8446 section 4.6.1

std::string openssl_says() {
  const unsigned long problem = ERR_peek_last_error();
  const char* text = problem != 0 ? ERR_reason_error_string(problem) : nullptr;
  std::string said = text != nullptr ? text : "unknown problem";
  ERR_clear_error();
  return said;
}

int context_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

/// Tickets of a client that another authority vouched for must not open this port: they carry their context's name.
std::array<unsigned char, 32> session_scope(const config::tls_port_settings& settings) {
  std::ifstream file{settings.client_ca, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
  text.push_back(static_cast<char>('0' + static_cast<int>(settings.client_certificates)));
  std::array<unsigned char, 32> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

/// Looked up once: OpenSSL would do it for each ticket.
const EVP_CIPHER* ticket_cipher() {
  static const EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
  return fetched;
}

bool set_mac_key(EVP_MAC_CTX* mac, const ticket_key& key) {
  std::array<unsigned char, 32> bytes = key.mac;
  std::string digest = "SHA256";
  const std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, bytes.data(), bytes.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0), OSSL_PARAM_construct_end()};
  const bool set = EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return set;
}

bool is_address(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1
         || ::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

void set_common(SSL_CTX* context) {
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_security_level(context, 2);
  SSL_CTX_set_read_ahead(context, 1);  // one system call for a record instead of two
}

}  // namespace

void free_ssl::operator()(ssl_st* held) const noexcept {
  SSL_free(held);
}

void free_ssl_ctx::operator()(ssl_ctx_st* held) const noexcept {
  SSL_CTX_free(held);
}

struct tls_context::callbacks {
  static const tls_context& of(SSL* session) {
    return *static_cast<const tls_context*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), context_index()));
  }

  static int on_server_name(SSL* session, int* alert, void*) {
    const char* asked = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
    if (asked == nullptr) return SSL_TLSEXT_ERR_NOACK;
    const tls_context& context = of(session);
    const std::size_t chosen = context.choose(asked);
    if (chosen == none) {
      *alert = SSL_AD_UNRECOGNIZED_NAME;
      return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    SSL_set_SSL_CTX(session, context.contexts_[chosen].get());
    return SSL_TLSEXT_ERR_OK;
  }

  static int on_protocols(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                          unsigned int offered_size, void*) {
    for (unsigned int at = 0; at < offered_size; at += offered[at] + 1U) {
      const std::string_view name{reinterpret_cast<const char*>(offered + at + 1), offered[at]};
      if (name != only_protocol) continue;
      *chosen = offered + at + 1;
      *size = offered[at];
      return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;  // no_application_protocol
  }

  /// Answers 0 for a ticket that cannot be opened, 1 for one that can, 2 for one that should be renewed too.
  static int on_ticket(SSL* session, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                       int sealing) {
    ticket_keys& keys = *of(session).tickets_;
    if (sealing == 1) {
      std::optional<ticket_key> key = keys.current(steady_clock::now());
      if (!key || RAND_bytes(iv, ticket_iv_size) != 1) return -1;
      std::copy(key->name.begin(), key->name.end(), name);
      const bool ready =
          EVP_EncryptInit_ex(cipher, ticket_cipher(), nullptr, key->cipher.data(), iv) == 1 && set_mac_key(mac, *key);
      OPENSSL_cleanse(&*key, sizeof *key);
      return ready ? 1 : -1;
    }
    std::optional<ticket_keys::found_key> found = keys.find(name, steady_clock::now());
    if (!found) return 0;
    const bool ready = set_mac_key(mac, found->key)
                       && EVP_DecryptInit_ex(cipher, ticket_cipher(), nullptr, found->key.cipher.data(), iv) == 1;
    const bool is_current = found->is_current;
    OPENSSL_cleanse(&found->key, sizeof found->key);
    if (!ready) return -1;
    // TLS 1.3 wants a new ticket for every connection, so that nobody can tell that two are of one client.
    return is_current && SSL_version(session) < TLS1_3_VERSION ? 1 : 2;
  }
};

tls_context::~tls_context() = default;

result<tls_context_ptr, std::string> tls_context::load(const config::tls_port_settings& settings,
                                                       config::tls_version minimum,
                                                       std::shared_ptr<ticket_keys> tickets) {
  const auto refuse = [](std::string why) {
    return result<tls_context_ptr, std::string>{boost::system::in_place_error, std::move(why)};
  };
  const bool asks_clients = settings.client_certificates != config::client_certificate_use::off;
  if (asks_clients) {
    if (std::string why = crypto::look_at_authorities(settings.client_ca); !why.empty()) return refuse(std::move(why));
  }
  const std::array<unsigned char, 32> scope = session_scope(settings);
  const std::shared_ptr<tls_context> made{new tls_context{std::move(tickets)}};
  made->reject_unknown_names_ = settings.reject_unknown_names;
  for (std::size_t i = 0; i < settings.certificates.size(); ++i) {
    const bool has_key_file = i < settings.keys.size();
    auto loaded =
        crypto::load_certificate(settings.certificates[i], has_key_file ? settings.keys[i] : std::filesystem::path{});
    if (!loaded) return refuse(std::move(loaded.error().detail));
    ssl_ctx_ptr context{SSL_CTX_new(TLS_server_method())};
    if (!context) return refuse("OpenSSL cannot be used: " + openssl_says());
    SSL_CTX* raw = context.get();
    set_common(raw);
    SSL_CTX_set_options(raw, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_min_proto_version(raw, minimum == config::tls_version::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
    SSL_CTX_set_max_early_data(raw, 0);
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    const auto lifetime = std::chrono::duration_cast<std::chrono::seconds>(made->tickets_->rotation());
    SSL_CTX_set_timeout(raw, std::min(lifetime, longest_ticket).count());
    SSL_CTX_set_session_id_context(raw, scope.data(), static_cast<unsigned>(scope.size()));
    if (SSL_CTX_set_cipher_list(raw, ciphers_of_1_2) != 1)
      return refuse("OpenSSL has no good cipher: " + openssl_says());
    if (SSL_CTX_use_certificate(raw, loaded->leaf.get()) != 1 || SSL_CTX_use_PrivateKey(raw, loaded->key.get()) != 1) {
      return refuse("\"" + settings.certificates[i].string() + "\" cannot be used: " + openssl_says()
                    + "; get a certificate with a longer key");
    }
    for (const crypto::x509_ptr& each : loaded->chain) SSL_CTX_add1_chain_cert(raw, each.get());
    if (asks_clients) {
      if (SSL_CTX_load_verify_file(raw, settings.client_ca.c_str()) != 1) {
        return refuse("\"" + settings.client_ca.string() + "\" cannot be used: " + openssl_says());
      }
      SSL_CTX_set_client_CA_list(raw, SSL_load_client_CA_file(settings.client_ca.c_str()));
      const bool required = settings.client_certificates == config::client_certificate_use::required;
      SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
    }
    SSL_CTX_set_ex_data(raw, context_index(), made.get());
    SSL_CTX_callback_ctrl(raw, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,  // what the macro does, which casts in the old style
                          reinterpret_cast<void (*)()>(&callbacks::on_server_name));
    SSL_CTX_set_alpn_select_cb(raw, &callbacks::on_protocols, nullptr);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(raw, &callbacks::on_ticket);
    made->contexts_.push_back(std::move(context));
    if (!loaded->warning.empty()) log::warning("tls", loaded->warning);
    made->shown_.push_back({std::move(loaded->file), std::move(loaded->names), loaded->expires});
  }
  ERR_clear_error();
  if (made->contexts_.empty()) return refuse("there is no certificate; name at least one");
  return tls_context_ptr{made};
}

std::size_t tls_context::choose(std::string_view host) const noexcept {
  if (host.ends_with('.')) host.remove_suffix(1);
  for (const bool wildcards : {false, true}) {
    for (std::size_t i = 0; i < shown_.size(); ++i) {
      for (const std::string& name : shown_[i].names) {
        if (name.starts_with("*.") == wildcards && crypto::name_covers(name, host)) return i;
      }
    }
  }
  return reject_unknown_names_ ? none : 0;
}

ssl_ptr tls_context::new_session() const {
  ssl_ptr session{SSL_new(contexts_.front().get())};
  if (session) SSL_set_accept_state(session.get());
  return session;
}

metrics::gauge_reading expiry_reading(std::string_view port, const tls_context::shown_certificate& of) {
  return {"modelgate_certificate_expiry_timestamp_seconds",
          "When a certificate that this server shows runs out, as a Unix time.",
          {{"port", std::string{port}},
           {"file", of.file.string()},
           {"name", of.names.empty() ? std::string{} : of.names.front()}},
          std::chrono::duration<double>(of.expires.time_since_epoch()).count(),
          false};
}

result<tls_client_context_ptr, std::string> tls_client_context::load(const std::filesystem::path& ca_file) {
  const auto refuse = [](std::string why) {
    return result<tls_client_context_ptr, std::string>{boost::system::in_place_error, std::move(why)};
  };
  if (!ca_file.empty()) {
    if (std::string why = crypto::look_at_authorities(ca_file); !why.empty()) return refuse(std::move(why));
  }
  ssl_ctx_ptr context{SSL_CTX_new(TLS_client_method())};
  if (!context) return refuse("OpenSSL cannot be used: " + openssl_says());
  set_common(context.get());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context.get(), ciphers_of_1_2);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  const bool trusted = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context.get()) == 1
                                       : SSL_CTX_load_verify_file(context.get(), ca_file.c_str()) == 1;
  if (!trusted) return refuse("the certificates of authorities cannot be used: " + openssl_says());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  ERR_clear_error();
  return tls_client_context_ptr{new tls_client_context{std::move(context)}};
}

ssl_ptr tls_client_context::new_session(const std::string& server_name) const {
  ssl_ptr session{SSL_new(context_.get())};
  if (!session || server_name.empty()) return nullptr;
  SSL_set_connect_state(session.get());
  static constexpr std::array<unsigned char, 9> protocols{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_set_alpn_protos(session.get(), protocols.data(), static_cast<unsigned>(protocols.size()));
  if (is_address(server_name)) {
    const bool set = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session.get()), server_name.c_str()) == 1;
    return set ? std::move(session) : nullptr;
  }
  SSL_set_hostflags(session.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool set = SSL_set1_host(session.get(), server_name.c_str()) == 1
                   && SSL_ctrl(session.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                               const_cast<char*>(server_name.c_str()))
                          == 1;
  return set ? std::move(session) : nullptr;
}

tls_failure take_tls_failure(ssl_st* of) {
  tls_failure failure;
  const long verified = SSL_get_verify_result(of);
  const unsigned long problem = ERR_peek_last_error();
  const int why = ERR_GET_REASON(problem);
  switch (ERR_GET_LIB(problem) == ERR_LIB_SSL ? why : 0) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      failure.is_certificate = true;
      break;
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
      failure.is_closed = true;
      break;
    default:
      failure.is_closed = problem == 0;
      break;
  }
  failure.what = problem != 0 ? openssl_says() : std::string{"the connection was closed"};
  if (failure.is_certificate && verified != X509_V_OK) failure.what = X509_verify_cert_error_string(verified);
  return failure;
}

}  // namespace modelgate::net
