#pragma once

#include "modelgate/base/result.hpp"
#include "modelgate/crypto/secret.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::crypto {

/// Keys under which texts are sealed that have to be read again, such as passwords of registries: XSalsa20-Poly1305
/// (libsodium's secretbox). The first key seals, every one opens; there is a second one only while the key is changed.
///
/// Shape:  a value, any-thread; keys are wiped on destruction. The file holds the keys one after the other, mode 0600.
/// Errors: `open` answers errc::invalid_argument for what was sealed under no key of the ring, or was changed since.
class key_ring {
 public:
  static constexpr std::size_t key_size = 32;
  static constexpr std::size_t most_keys = 2;

  [[nodiscard]] static key_ring generate();
  /// Reads the ring, or makes one of one key where there is no file yet.
  /// Errors: what the file system says; errc::invalid_argument when the file is no ring.
  [[nodiscard]] static result<key_ring> load_or_create(const std::filesystem::path& file);
  [[nodiscard]] error_code save(const std::filesystem::path& file) const;

  /// Printable text; another one each time.
  [[nodiscard]] std::string seal(std::string_view text) const;
  [[nodiscard]] result<secret> open(std::string_view sealed) const;
  /// Whether it was sealed under the first key.
  [[nodiscard]] bool is_current(std::string_view sealed) const noexcept;

  /// With a new key before the one that is there. Only of a ring of one key: no other key may be forgotten unseen.
  [[nodiscard]] key_ring with_new_key() const;
  [[nodiscard]] key_ring only_current() const;
  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }

 private:
  /// Wiped when it goes, wherever a copy of it was.
  struct key {
    std::array<std::uint8_t, key_size> bytes{};
    key() = default;
    key(const key&) = default;
    key& operator=(const key&) = default;
    ~key();
    [[nodiscard]] std::string name() const;  ///< tells keys apart and nothing else of them
  };
  explicit key_ring(std::vector<key> keys) : keys_{std::move(keys)} {}

  std::vector<key> keys_;
};

}  // namespace modelgate::crypto
