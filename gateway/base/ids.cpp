#include "modelgate/base/ids.hpp"

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
  static constexpr std::string_view digits = "0123456789abcdef";
  std::uint64_t high = next();
  std::uint64_t low = next();
  high = (high & ~0xf000ULL) | 0x4000ULL;
  low = (low & ~(0x3ULL << 62)) | (0x2ULL << 62);

  uuid_text text;
  std::size_t at = 0;
  const auto put = [&](std::uint64_t bits, int from, int count) {
    for (int i = 0; i < count; ++i) text[at++] = digits[(bits >> (from - 4 * i)) & 0xf];
  };
  put(high, 60, 8);
  text[at++] = '-';
  put(high, 28, 4);
  text[at++] = '-';
  put(high, 12, 4);
  text[at++] = '-';
  put(low, 60, 4);
  text[at++] = '-';
  put(low, 44, 12);
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
