#include "modelgate/crypto/certificate.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <sstream>
#include <system_error>

namespace modelgate::crypto {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t largest_file = 1'048'576;

struct free_bio {
  void operator()(BIO* held) const noexcept { BIO_free(held); }
};
using bio_ptr = std::unique_ptr<BIO, free_bio>;

struct free_names {
  void operator()(GENERAL_NAMES* held) const noexcept { GENERAL_NAMES_free(held); }
};

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string quoted(const fs::path& file) {
  return "\"" + file.string() + "\"";
}

certificate_problem problem_of(bool key, const fs::path& file, const std::string& what) {
  return {key, quoted(file) + " " + what};
}

/// Wipes what it holds: keys come this way.
struct file_text {
  std::string text;
  std::string trouble;  ///< as the end of a sentence that begins with the file

  file_text() = default;
  file_text(const file_text&) = delete;
  file_text& operator=(const file_text&) = delete;
  ~file_text() { OPENSSL_cleanse(text.data(), text.size()); }
};

void read_whole(const fs::path& file, file_text& into) {
  std::error_code problem;
  const fs::file_status status = fs::status(file, problem);
  if (status.type() == fs::file_type::not_found) {
    into.trouble = "does not exist; name a PEM file";
    return;
  }
  const auto size = fs::file_size(file, problem);
  if (problem) {
    into.trouble = "cannot be read (" + problem.message() + "); name a PEM file that the user of modelgate may read";
    return;
  }
  if (size > largest_file) {
    into.trouble = "is larger than any PEM file of certificates; name the right one";
    return;
  }
  errno = 0;
  std::ifstream stream{file, std::ios::binary};
  into.text.resize(static_cast<std::size_t>(size));
  if (!stream || !stream.read(into.text.data(), static_cast<std::streamsize>(size))) {
    into.trouble =
        "cannot be read (" + std::generic_category().message(errno) + "); let the user who runs modelgate read it";
  }
}

bio_ptr open_text(const std::string& text) {
  return bio_ptr{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

std::vector<x509_ptr> read_certificates(const std::string& text) {
  std::vector<x509_ptr> all;
  const bio_ptr source = open_text(text);
  while (X509* next = PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr)) all.emplace_back(next);
  ERR_clear_error();  // the end of the file is how reading ends
  return all;
}

/// Nobody is there to be asked: a key with a pass phrase is refused.
int no_pass_phrase(char*, int, int, void*) {
  return -1;
}

std::string text_of(const ASN1_STRING* value) {
  const auto size = static_cast<std::size_t>(ASN1_STRING_length(value));
  std::string text{reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)), size};
  return text.find('\0') == std::string::npos ? text : std::string{};  // a name that ends early is a trick
}

std::string address_text(const ASN1_OCTET_STRING* value) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int size = ASN1_STRING_length(value);
  const int family = size == 4 ? AF_INET : AF_INET6;
  if (size != 4 && size != 16) return {};
  if (::inet_ntop(family, ASN1_STRING_get0_data(value), text.data(), text.size()) == nullptr) return {};
  return text.data();
}

std::string common_name_of(const X509* of) {
  const X509_NAME* subject = X509_get_subject_name(of);
  const int place = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (place < 0) return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, place)));
  if (size < 0) return {};
  std::string name{reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
  OPENSSL_free(text);
  return name.find('\0') == std::string::npos ? name : std::string{};
}

std::vector<std::string> alternative_names(const X509* of, bool hosts_only) {
  std::vector<std::string> found;
  const std::unique_ptr<GENERAL_NAMES, free_names> names{
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(of, NID_subject_alt_name, nullptr, nullptr))};
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    std::string text;
    if (name->type == GEN_DNS) text = text_of(name->d.dNSName);
    if (name->type == GEN_IPADD) text = address_text(name->d.iPAddress);
    if (!hosts_only && name->type == GEN_EMAIL) text = text_of(name->d.rfc822Name);
    if (!hosts_only && name->type == GEN_URI) text = text_of(name->d.uniformResourceIdentifier);
    if (!text.empty()) found.push_back(std::move(text));
  }
  return found;
}

std::string warning_about(const fs::path& key_file) {
  struct stat status {};
  constexpr unsigned of_others = 0027U;  // a group that may read it was made for that
  if (::stat(key_file.c_str(), &status) != 0 || (status.st_mode & of_others) == 0) return {};
  return quoted(key_file) + " is a private key that other users can read or write; run chmod 600 on it";
}

}  // namespace

void free_certificate::operator()(x509_st* held) const noexcept {
  X509_free(held);
}

void free_private_key::operator()(evp_pkey_st* held) const noexcept {
  EVP_PKEY_free(held);
}

std::vector<std::string> names_of(const x509_st* of) {
  std::vector<std::string> names = alternative_names(of, true);
  if (names.empty()) {
    if (std::string name = common_name_of(of); !name.empty()) names.push_back(std::move(name));
  }
  for (std::string& name : names) std::transform(name.begin(), name.end(), name.begin(), lower);
  return names;
}

std::string subject_name_of(const x509_st* of) {
  if (std::string name = common_name_of(of); !name.empty()) return name;
  const std::vector<std::string> names = alternative_names(of, false);
  return names.empty() ? std::string{} : names.front();
}

system_time expiry_of(const x509_st* of) {
  std::tm when{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(of), &when) != 1) return {};
  return system_clock::from_time_t(::timegm(&when));
}

result<certificate, certificate_problem> load_certificate(const fs::path& certificate_file, const fs::path& key_file) {
  certificate loaded;
  loaded.file = certificate_file;
  file_text shown;
  read_whole(certificate_file, shown);
  if (!shown.trouble.empty()) return problem_of(false, certificate_file, shown.trouble);
  loaded.chain = read_certificates(shown.text);
  if (loaded.chain.empty()) {
    return problem_of(false, certificate_file,
                      "holds no certificate; name a PEM file with \"-----BEGIN CERTIFICATE-----\" in it");
  }
  loaded.leaf = std::move(loaded.chain.front());
  loaded.chain.erase(loaded.chain.begin());

  const fs::path& secret_file = key_file.empty() ? certificate_file : key_file;
  file_text secret;
  read_whole(secret_file, secret);
  const bool about_key = !key_file.empty();
  if (!secret.trouble.empty()) return problem_of(about_key, secret_file, secret.trouble);
  const bio_ptr source = open_text(secret.text);
  loaded.key.reset(PEM_read_bio_PrivateKey(source.get(), nullptr, no_pass_phrase, nullptr));
  ERR_clear_error();
  if (!loaded.key) {
    const bool locked = secret.text.find("ENCRYPTED") != std::string::npos;
    return problem_of(about_key, secret_file,
                      locked ? "holds a key with a pass phrase, which nobody is there to give; store it without one"
                             : "holds no private key; name a PEM file with \"-----BEGIN PRIVATE KEY-----\" in it");
  }
  const bool fits = X509_check_private_key(loaded.leaf.get(), loaded.key.get()) == 1;
  ERR_clear_error();
  if (!fits) {
    return problem_of(
        about_key, secret_file,
        "is not the key of the first certificate in " + quoted(certificate_file)
            + "; name the two files that belong together, the server's own certificate first in its file");
  }
  if (X509_cmp_current_time(X509_get0_notAfter(loaded.leaf.get())) < 0) {
    return problem_of(false, certificate_file,
                      "expired on " + format_rfc3339(expiry_of(loaded.leaf.get())) + "; get a new certificate");
  }
  loaded.names = names_of(loaded.leaf.get());
  loaded.expires = expiry_of(loaded.leaf.get());
  loaded.warning = warning_about(secret_file);
  return loaded;
}

std::string look_at_authorities(const fs::path& file) {
  file_text shown;
  read_whole(file, shown);
  if (!shown.trouble.empty()) return quoted(file) + " " + shown.trouble;
  if (!read_certificates(shown.text).empty()) return {};
  return quoted(file) + " holds no certificate; name a PEM file with the certificates of authorities";
}

bool name_covers(std::string_view name, std::string_view host) noexcept {
  const auto equal = [](std::string_view a, std::string_view b) {
    return a.size() == b.size()
           && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
  };
  if (!name.starts_with("*.")) return equal(name, host);
  const std::size_t dot = host.find('.');
  return dot != std::string_view::npos && dot > 0 && equal(name.substr(1), host.substr(dot));
}

}  // namespace modelgate::crypto
