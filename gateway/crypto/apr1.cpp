#include "gateway/crypto/apr1.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

namespace modelgate::crypto {
namespace {

constexpr std::string_view magic = "$apr1$";
constexpr std::string_view digits = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr int rounds = 1'000;

using md5_digest = std::array<unsigned char, 16>;

/// One MD5 after the other on the same memory.
class md5 {
 public:
  md5() : context_{EVP_MD_CTX_new()} { restart(); }

  void add(std::string_view bytes) { works_ = works_ && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  void add(const md5_digest& digest, std::size_t count) {
    add({reinterpret_cast<const char*>(digest.data()), std::min(count, digest.size())});
  }
  /// Ends this one and begins the next.
  md5_digest finish() {
    md5_digest digest{};
    works_ = works_ && EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
    restart();
    return digest;
  }
  [[nodiscard]] bool works() const noexcept { return works_; }

 private:
  struct free_context {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
  };
  void restart() { works_ = works_ && context_ && EVP_DigestInit_ex(context_.get(), EVP_md5(), nullptr); }

  std::unique_ptr<EVP_MD_CTX, free_context> context_;
  bool works_ = true;
};

/// Six bits a character, the lowest first.
void append_digits(std::string& to, std::uint32_t value, int count) {
  for (; count > 0; --count, value >>= 6) to.push_back(digits[value & 0x3f]);
}

std::string encode(const md5_digest& digest) {
  static constexpr std::array<std::array<std::size_t, 3>, 5> triples{
      {{0, 6, 12}, {1, 7, 13}, {2, 8, 14}, {3, 9, 15}, {4, 10, 5}}};
  std::string text;
  for (const auto& [high, middle, low] : triples) {
    append_digits(
        text, std::uint32_t{digest[high]} << 16 | std::uint32_t{digest[middle]} << 8 | std::uint32_t{digest[low]}, 4);
  }
  append_digits(text, digest[11], 2);
  return text;
}

}  // namespace

std::string apr1_digest(std::string_view password, std::string_view salt) {
  md5 hash;
  hash.add(password);
  hash.add(salt);
  hash.add(password);
  md5_digest digest = hash.finish();

  hash.add(password);
  hash.add(magic);
  hash.add(salt);
  for (std::size_t left = password.size(); left > 0; left -= std::min(left, digest.size())) hash.add(digest, left);
  for (std::size_t bits = password.size(); bits > 0; bits >>= 1) {
    hash.add((bits & 1) != 0 ? std::string_view{"\0", 1} : password.substr(0, 1));
  }
  digest = hash.finish();

  for (int round = 0; round < rounds; ++round) {
    const bool odd = round % 2 != 0;
    if (odd)
      hash.add(password);
    else
      hash.add(digest, digest.size());
    if (round % 3 != 0) hash.add(salt);
    if (round % 7 != 0) hash.add(password);
    if (odd)
      hash.add(digest, digest.size());
    else
      hash.add(password);
    digest = hash.finish();
  }
  std::string text = hash.works() ? encode(digest) : std::string{};
  sodium_memzero(digest.data(), digest.size());
  return text;
}

}  // namespace modelgate::crypto
