#pragma once

#include "modelgate/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Passwords of people, as Argon2id. Each call takes tens of milliseconds and `memory_bytes`: never on a worker.
namespace modelgate::crypto {

/// Source: RFC 9106; the defaults are libsodium's for logins (crypto_pwhash_*_INTERACTIVE).
struct password_cost {
  std::uint64_t passes = 2;
  std::size_t memory_bytes = 67'108'864;  ///< libsodium takes 8 KiB at least
};

/// "$argon2id$v=19$m=65536,t=2,p=1$<salt>$<hash>", with a salt of its own. Errors: not_enough_memory.
[[nodiscard]] result<std::string> hash_password(std::string_view password, const password_cost& cost);

/// Compares in constant time. A hash that is none fits no password.
[[nodiscard]] bool fits_password(const std::string& hash, std::string_view password) noexcept;

/// Whether the hash was made with another cost, so that it should be made anew when the password is at hand.
[[nodiscard]] bool has_other_cost(const std::string& hash, const password_cost& cost) noexcept;

}  // namespace modelgate::crypto
