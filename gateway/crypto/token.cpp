#include "modelgate/crypto/token.hpp"

#include "modelgate/base/errc.hpp"
#include "modelgate/base/private_file.hpp"

#include <boost/crc.hpp>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace modelgate::crypto {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t body_size = 43;     // ceil(256 / log2(62))
constexpr std::size_t checksum_size = 6;  // ceil(32 / log2(62))
constexpr std::size_t prefix_size = 4;

constexpr std::string_view prefix_of(token_kind kind) noexcept {
  switch (kind) {
    case token_kind::client:
      return "mgc_";
    case token_kind::api:
      return "mga_";
    case token_kind::session:
      return "mgs_";
  }
  return "";
}

/// Big-endian base conversion by repeated division; `bytes` is consumed.
std::string encode_base62(std::array<std::uint8_t, 32>& bytes) {
  std::string text(body_size, alphabet[0]);
  for (std::size_t at = body_size; at-- > 0;) {
    unsigned remainder = 0;
    for (std::uint8_t& byte : bytes) {
      const unsigned value = remainder * 256 + byte;
      byte = static_cast<std::uint8_t>(value / 62);
      remainder = value % 62;
    }
    text[at] = alphabet[remainder];
  }
  return text;
}

std::array<char, checksum_size> checksum(std::string_view text) noexcept {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  std::uint32_t value = crc.checksum();
  std::array<char, checksum_size> digits{};
  for (std::size_t at = checksum_size; at-- > 0;) {
    digits[at] = alphabet[value % 62];
    value /= 62;
  }
  return digits;
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

bool token_digest::equal(const token_digest& other) const noexcept {
  return sodium_memcmp(bytes.data(), other.bytes.data(), bytes.size()) == 0;
}

std::uint64_t token_digest::slot() const noexcept {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::string to_hex(const token_digest& digest) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(digest.bytes.size() * 2);
  for (const std::uint8_t byte : digest.bytes) {
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 0xf]);
  }
  return text;
}

result<token_digest> digest_from_hex(std::string_view text) {
  token_digest digest;
  if (text.size() != digest.bytes.size() * 2) return make_error_code(errc::invalid_argument);
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return make_error_code(errc::invalid_argument);
    digest.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return digest;
}

token_key::token_key(std::span<const std::uint8_t, size> bytes) noexcept {
  std::memcpy(bytes_.data(), bytes.data(), size);
}

token_key::~token_key() {
  sodium_memzero(bytes_.data(), bytes_.size());
}

token_key token_key::generate() {
  std::array<std::uint8_t, size> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  token_key key{bytes};
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

result<token_key> token_key::load_or_create(const std::filesystem::path& file) {
  std::array<std::uint8_t, size> bytes{};
  const int existing = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (existing >= 0) {
    const ssize_t count = ::read(existing, bytes.data(), bytes.size());
    std::uint8_t more = 0;
    const bool exact = count == static_cast<ssize_t>(size) && ::read(existing, &more, 1) == 0;
    ::close(existing);
    if (!exact) return make_error_code(errc::invalid_argument);
    token_key key{bytes};
    sodium_memzero(bytes.data(), bytes.size());
    return key;
  }
  if (errno != ENOENT) return error_code{errno, boost::system::system_category()};

  token_key key = generate();
  const error_code problem = write_private_file(file, {reinterpret_cast<const char*>(key.bytes_.data()), size});
  if (problem) return problem;
  return key;
}

token_digest token_key::hash(std::string_view token) const noexcept {
  token_digest digest;
  crypto_generichash(digest.bytes.data(), digest.bytes.size(), reinterpret_cast<const unsigned char*>(token.data()),
                     token.size(), bytes_.data(), bytes_.size());
  return digest;
}

secret generate_token(token_kind kind) {
  std::array<std::uint8_t, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::string text;
  text.reserve(prefix_size + body_size + checksum_size);
  text += prefix_of(kind);
  std::string body = encode_base62(bytes);
  text += body;
  sodium_memzero(body.data(), body.size());
  const auto tail = checksum(text);
  text.append(tail.data(), tail.size());
  return secret{std::move(text)};
}

token_form inspect_token(token_kind kind, std::string_view token) noexcept {
  if (!token.starts_with(prefix_of(kind))) return token_form::foreign;
  if (token.size() != prefix_size + body_size + checksum_size) return token_form::mistyped;
  const auto expected = checksum(token.substr(0, prefix_size + body_size));
  return token.substr(prefix_size + body_size) == std::string_view{expected.data(), expected.size()}
             ? token_form::well_formed
             : token_form::mistyped;
}

std::string display_prefix(std::string_view token) {
  return std::string{token.substr(0, prefix_size + 4)};
}

void initialise() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be initialised");
}

}  // namespace modelgate::crypto
