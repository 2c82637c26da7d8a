#include "modelgate/crypto/password.hpp"

#include <boost/system/errc.hpp>
#include <sodium.h>

#include <array>

namespace modelgate::crypto {

result<std::string> hash_password(std::string_view password, const password_cost& cost) {
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), cost.passes, cost.memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13)
      != 0) {
    return error_code{boost::system::errc::make_error_code(boost::system::errc::not_enough_memory)};
  }
  return std::string{text.data()};
}

bool fits_password(const std::string& hash, std::string_view password) noexcept {
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool has_other_cost(const std::string& hash, const password_cost& cost) noexcept {
  return crypto_pwhash_str_needs_rehash(hash.c_str(), cost.passes, cost.memory_bytes) != 0;
}

}  // namespace modelgate::crypto
