#pragma once

#include "modelgate/base/result.hpp"

#include <string>
#include <string_view>

/// Hashes of passwords as `htpasswd` writes them, for entries that are brought along from another server.
namespace modelgate::crypto {

enum class foreign_scheme {
  apr1,    ///< `htpasswd -m`: "$apr1$<salt>$<hash>", a thousand rounds of MD5
  bcrypt,  ///< `htpasswd -B`: "$2y$<cost>$<salt and hash>"; "$2a$" and "$2b$", too
  sha1,    ///< `htpasswd -s`: "{SHA}<base64>", one SHA-1 without salt
};

[[nodiscard]] std::string_view word(foreign_scheme scheme) noexcept;  ///< "apr1", "bcrypt", "sha1"

/// Each step doubles the work: 14 takes about a second, and one check must not take longer.
inline constexpr unsigned most_bcrypt_cost = 14;

enum class foreign_flaw {
  other_scheme,  ///< none of these, or no hash at all
  malformed,     ///< begins like one, and is none
  too_costly,    ///< bcrypt with a cost over `most_bcrypt_cost`
};

[[nodiscard]] result<foreign_scheme, foreign_flaw> inspect_foreign_hash(std::string_view hash) noexcept;

/// Whether the hash is of this password; compares in constant time. What is no such hash fits no password.
///
/// Shape:  microseconds for SHA-1, a fifth of a millisecond for apr1, up to a second for bcrypt: never on a worker.
/// Source: Apache httpd, "Password Formats" (apr1: apr_md5.c); crypt(5) of libxcrypt, which computes bcrypt.
[[nodiscard]] bool fits_foreign_hash(const std::string& hash, std::string_view password);

}  // namespace modelgate::crypto
