#include "modelgate/base/ids.hpp"

#include "gateway/base/hex_digits.hpp"

#include <sodium.h>

#include <bit>

namespace modelgate {

id_generator::id_generator() {
  randombytes_buf(state_.data(), sizeof(state_));
  state_[0] |= 1;  // an all-zero state would stay zero
}

std::uint64_t id_generator::next() noexcept {
  const std::uint64_t answer = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return answer;
}

id_generator::uuid_text id_generator::next_uuid() noexcept {
  std::uint64_t high = next();
  std::uint64_t low = next();
  high = (high & ~0xf000ULL) | 0x4000ULL;
  low = (low & ~(0x3ULL << 62)) | (0x2ULL << 62);

  uuid_text text;
  char* at = put_hex(text.data(), high >> 32, 4);
  *at++ = '-';
  at = put_hex(at, high >> 16, 2);
  *at++ = '-';
  at = put_hex(at, high, 2);
  *at++ = '-';
  at = put_hex(at, low >> 48, 2);
  *at++ = '-';
  put_hex(at, low, 6);
  return text;
}

std::string random_name_suffix(std::size_t size) {
  static constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string text(size, '\0');
  for (char& c : text) c = alphabet[randombytes_uniform(static_cast<std::uint32_t>(alphabet.size()))];
  return text;
}

bool is_well_formed_request_id(std::string_view text) noexcept {
  if (text.empty() || text.size() > 128) return false;
  for (const char c : text) {
    const bool allowed =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    if (!allowed) return false;
  }
  return true;
}

}  // namespace modelgate
