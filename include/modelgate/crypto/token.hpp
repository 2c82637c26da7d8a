#pragma once

#include "modelgate/base/result.hpp"
#include "modelgate/crypto/secret.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

/// Tokens of clients (`mgc_`), of people and tools (`mga_`) and of the console's sessions (`mgs_`): 32 random bytes in base62 (43 characters, left-padded
/// with '0') and the CRC-32 of prefix and body as 6 characters of base62, so that a typo is told from an unknown token
/// without a look-up.
namespace modelgate::crypto {

enum class token_kind { client, api, session };

/// What is stored and compared instead of a token: keyed BLAKE2b-256.
/// Shape: 32 bytes; compare with `equal` only, which takes the same time for every pair.
struct token_digest {
  std::array<std::uint8_t, 32> bytes{};

  [[nodiscard]] bool equal(const token_digest& other) const noexcept;
  /// Uniform over tokens and unknowable without the key, so it is safe to index a table by it.
  [[nodiscard]] std::uint64_t slot() const noexcept;
};

/// Lower-case hexadecimal, 64 characters; and back. Errors: errc::invalid_argument.
[[nodiscard]] std::string to_hex(const token_digest& digest);
[[nodiscard]] result<token_digest> digest_from_hex(std::string_view text);

/// The key under which tokens are hashed.
///
/// Shape: immutable, any-thread; 32 bytes, wiped on destruction.
class token_key {
 public:
  static constexpr std::size_t size = 32;

  explicit token_key(std::span<const std::uint8_t, size> bytes) noexcept;
  token_key(const token_key&) noexcept = default;
  token_key& operator=(const token_key&) noexcept = default;
  ~token_key();

  [[nodiscard]] static token_key generate();
  /// Reads the key, or makes it with mode 0600 where there is none yet.
  /// Errors: what the file system says; errc::invalid_argument when the file is not a key.
  [[nodiscard]] static result<token_key> load_or_create(const std::filesystem::path& file);

  /// One hash, no allocation, about 0.3 us.
  [[nodiscard]] token_digest hash(std::string_view token) const noexcept;

 private:
  std::array<std::uint8_t, size> bytes_;
};

[[nodiscard]] secret generate_token(token_kind kind);

enum class token_form { well_formed, mistyped, foreign };

/// `mistyped`: looks like ours but the CRC does not hold. `foreign`: not one of ours at all.
[[nodiscard]] token_form inspect_token(token_kind kind, std::string_view token) noexcept;

/// The characters that may be shown to recognise a token by: prefix and four of the body, "mgc_4mXo".
[[nodiscard]] std::string display_prefix(std::string_view token);

/// libsodium must be initialised before anything here is used. Throws std::runtime_error when it cannot be.
void initialise();

}  // namespace modelgate::crypto
