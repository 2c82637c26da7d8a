#include "tests/support/certificates.hpp"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <stdexcept>

namespace modelgate::test {
namespace {

void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error{std::string{"a certificate cannot be made: "} + what};
}

std::shared_ptr<EVP_PKEY> make_key() {
  std::shared_ptr<EVP_PKEY> key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  require(key != nullptr, "key");
  return key;
}

bool is_address(const std::string& name) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, name.c_str(), bytes.data()) == 1
         || ::inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

void extend(X509* to, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  require(extension != nullptr, value.c_str());
  X509_add_ext(to, extension, -1);
  X509_EXTENSION_free(extension);
}

std::shared_ptr<X509> make_certificate(EVP_PKEY* key, const certificate_authority::wish& wanted) {
  std::shared_ptr<X509> made{X509_new(), X509_free};
  X509_set_version(made.get(), X509_VERSION_3);
  std::array<unsigned char, 8> serial{};
  require(RAND_bytes(serial.data(), static_cast<int>(serial.size())) == 1, "serial number");
  serial[0] &= 0x7fU;
  BIGNUM* number = BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(made.get()));
  BN_free(number);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), wanted.begins.count());
  X509_gmtime_adj(X509_getm_notAfter(made.get()), wanted.ends.count());
  X509_set_pubkey(made.get(), key);
  if (!wanted.common_name.empty()) {
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wanted.common_name.c_str()), -1, -1, 0);
  }
  return made;
}

void write(const std::filesystem::path& file, X509* certificate, EVP_PKEY* key) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> out{std::fopen(file.c_str(), "w"), &std::fclose};
  require(out != nullptr, file.c_str());
  ::chmod(file.c_str(), 0600);
  if (certificate != nullptr) require(PEM_write_X509(out.get(), certificate) == 1, file.c_str());
  if (key != nullptr) {
    require(PEM_write_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1, file.c_str());
  }
}

}  // namespace

certificate_authority::certificate_authority(std::filesystem::path folder, const std::string& name)
    : folder_{std::move(folder)}, file_{folder_ / (name + ".pem")}, key_{make_key()} {
  certificate_ = make_certificate(key_.get(), {name, {}});
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
  extend(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate_.get(), certificate_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  require(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) > 0, "signature");
  write(file_, certificate_.get(), nullptr);
}

certificate_files certificate_authority::issue(const std::string& file, const wish& wanted) const {
  const std::shared_ptr<EVP_PKEY> key = make_key();
  const std::shared_ptr<X509> made = make_certificate(key.get(), wanted);
  X509_set_issuer_name(made.get(), X509_get_subject_name(certificate_.get()));
  std::string names;
  for (const std::string& name : wanted.names) {
    names.append(names.empty() ? "" : ",").append(is_address(name) ? "IP:" : "DNS:").append(name);
  }
  if (!names.empty()) extend(made.get(), certificate_.get(), NID_subject_alt_name, names);
  require(X509_sign(made.get(), key_.get(), EVP_sha256()) > 0, "signature");
  const certificate_files files{folder_ / (file + ".pem"), folder_ / (file + ".key")};
  write(files.certificate, made.get(), nullptr);
  write(files.key, nullptr, key.get());
  return files;
}

}  // namespace modelgate::test
