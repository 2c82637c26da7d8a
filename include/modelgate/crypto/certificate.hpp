#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/base/result.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct x509_st;
struct evp_pkey_st;

namespace modelgate::crypto {

struct free_certificate {
  void operator()(x509_st* held) const noexcept;
};
struct free_private_key {
  void operator()(evp_pkey_st* held) const noexcept;
};
using x509_ptr = std::unique_ptr<x509_st, free_certificate>;
using private_key_ptr = std::unique_ptr<evp_pkey_st, free_private_key>;

/// What a server shows of itself, and the key that goes with it.
///
/// Shape: read whole from PEM files. `chain` are the certificates between `leaf` and the authority, as they stand in the
///        file.
struct certificate {
  std::filesystem::path file;
  x509_ptr leaf;
  std::vector<x509_ptr> chain;
  private_key_ptr key;
  std::vector<std::string> names;  ///< DNS names and IP addresses that it is for, in lower case; may begin with "*."
  system_time expires;
  std::string warning;  ///< what should be better although it works; empty when all is well
};

/// Which of the two files of a certificate something is about.
struct certificate_problem {
  bool is_about_key = false;
  std::string detail;  ///< what is wrong and what to do; begins with the file's name, never shows what is in it
};

/// Reads a certificate with its chain and its key. An empty `key_file` means that the key stands in the same file.
/// Errors: a file that is missing, cannot be read or holds no certificate or key, a key of another certificate, a key
///         with a pass phrase, a certificate that is out of date.
[[nodiscard]] result<certificate, certificate_problem> load_certificate(const std::filesystem::path& certificate_file,
                                                                        const std::filesystem::path& key_file);

/// What is wrong with a file of authorities' certificates, and what to do; empty when there is at least one in it.
[[nodiscard]] std::string look_at_authorities(const std::filesystem::path& file);

/// DNS names and addresses of a certificate's subjectAltName, else its common name; in lower case.
[[nodiscard]] std::vector<std::string> names_of(const x509_st* of);

/// How somebody who shows this certificate is called: its common name, else the first name in its subjectAltName; empty
/// when it has none.
[[nodiscard]] std::string subject_name_of(const x509_st* of);

[[nodiscard]] system_time expiry_of(const x509_st* of);

/// Whether a name of a certificate, which may begin with "*.", is for this host. Case does not matter.
/// Source: RFC 6125 section 6.4.3; a star stands for one whole label.
[[nodiscard]] bool name_covers(std::string_view name, std::string_view host) noexcept;

}  // namespace modelgate::crypto
