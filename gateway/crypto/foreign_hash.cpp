#include "modelgate/crypto/foreign_hash.hpp"

#include "gateway/crypto/apr1.hpp"

#include <crypt.h>
#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

namespace modelgate::crypto {
namespace {

constexpr std::string_view apr1_magic = "$apr1$";
constexpr std::string_view sha1_magic = "{SHA}";
constexpr std::size_t longest_apr1_salt = 8;
constexpr std::size_t apr1_digest_size = 22;
constexpr std::size_t sha1_size = 20;
constexpr std::size_t sha1_text_size = 28;  // base64 with its '='
constexpr std::size_t bcrypt_size = 60;
constexpr unsigned least_bcrypt_cost = 4;

/// The alphabet of crypt(3).
bool has_crypt_digits_only(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '/';
  });
}

struct apr1_parts {
  std::string_view salt;
  std::string_view digest;
};

std::optional<apr1_parts> split_apr1(std::string_view hash) noexcept {
  const std::string_view rest = hash.substr(apr1_magic.size());
  const std::size_t end = rest.find('$');
  if (end == std::string_view::npos || end == 0 || end > longest_apr1_salt) return std::nullopt;
  const apr1_parts parts{rest.substr(0, end), rest.substr(end + 1)};
  if (parts.digest.size() != apr1_digest_size || !has_crypt_digits_only(parts.salt)
      || !has_crypt_digits_only(parts.digest)) {
    return std::nullopt;
  }
  return parts;
}

std::optional<std::array<unsigned char, sha1_size>> decode_sha1(std::string_view hash) noexcept {
  const std::string_view text = hash.substr(sha1_magic.size());
  std::array<unsigned char, sha1_size> bytes{};
  std::size_t size = 0;
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (text.size() != sha1_text_size || !std::all_of(text.begin(), text.end(), is_ascii)
      || sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, nullptr,
                           sodium_base64_VARIANT_ORIGINAL)
             != 0
      || size != bytes.size()) {
    return std::nullopt;
  }
  return bytes;
}

bool is_bcrypt_magic(std::string_view hash) noexcept {
  return hash.starts_with("$2y$") || hash.starts_with("$2a$") || hash.starts_with("$2b$");
}

result<foreign_scheme, foreign_flaw> inspect_bcrypt(std::string_view hash) noexcept {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (hash.size() != bcrypt_size || !is_digit(hash[4]) || !is_digit(hash[5]) || hash[6] != '$'
      || !has_crypt_digits_only(hash.substr(7))) {
    return foreign_flaw::malformed;
  }
  const auto cost = static_cast<unsigned>((hash[4] - '0') * 10 + (hash[5] - '0'));
  if (cost > most_bcrypt_cost) return foreign_flaw::too_costly;
  if (cost < least_bcrypt_cost) return foreign_flaw::malformed;
  return foreign_scheme::bcrypt;
}

bool equal(std::string_view one, std::string_view other) noexcept {
  return one.size() == other.size() && sodium_memcmp(one.data(), other.data(), one.size()) == 0;
}

bool fits_bcrypt(const std::string& hash, std::string_view password) {
  const auto work = std::make_unique<crypt_data>();  // 32 KiB: not for a stack
  std::string text{password};                        // ends with a NUL, which `password` need not
  const char* made = ::crypt_r(text.c_str(), hash.c_str(), work.get());
  const bool fits = made != nullptr && equal(made, hash);
  sodium_memzero(text.data(), text.size());
  sodium_memzero(work.get(), sizeof *work);
  return fits;
}

bool fits_sha1(std::string_view hash, std::string_view password) noexcept {
  const auto wanted = decode_sha1(hash);
  std::array<unsigned char, sha1_size> made{};
  if (!wanted || EVP_Digest(password.data(), password.size(), made.data(), nullptr, EVP_sha1(), nullptr) != 1)
    return false;
  return sodium_memcmp(made.data(), wanted->data(), made.size()) == 0;
}

}  // namespace

std::string_view word(foreign_scheme scheme) noexcept {
  switch (scheme) {
    case foreign_scheme::apr1:
      return "apr1";
    case foreign_scheme::bcrypt:
      return "bcrypt";
    case foreign_scheme::sha1:
      return "sha1";
  }
  return "";
}

result<foreign_scheme, foreign_flaw> inspect_foreign_hash(std::string_view hash) noexcept {
  if (is_bcrypt_magic(hash)) return inspect_bcrypt(hash);
  if (hash.starts_with(apr1_magic)) {
    if (split_apr1(hash)) return foreign_scheme::apr1;
    return foreign_flaw::malformed;
  }
  if (hash.starts_with(sha1_magic)) {
    if (decode_sha1(hash)) return foreign_scheme::sha1;
    return foreign_flaw::malformed;
  }
  return foreign_flaw::other_scheme;
}

bool fits_foreign_hash(const std::string& hash, std::string_view password) {
  // crypt(3) would take the password to end at a NUL, and so another one for the same.
  if (password.find('\0') != std::string_view::npos) return false;
  const auto scheme = inspect_foreign_hash(hash);
  if (!scheme) return false;
  switch (*scheme) {
    case foreign_scheme::apr1: {
      const auto parts = split_apr1(hash);
      return parts && equal(apr1_digest(password, parts->salt), parts->digest);
    }
    case foreign_scheme::bcrypt:
      return fits_bcrypt(hash, password);
    case foreign_scheme::sha1:
      return fits_sha1(hash, password);
  }
  return false;
}

}  // namespace modelgate::crypto
