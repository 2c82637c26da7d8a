#include "control/runtime/replica_name.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace modelgate::control::runtime {

bool is_replica_name(std::string_view text) noexcept {
  constexpr std::size_t longest = 200;
  const auto is_alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= longest && is_alnum(text.front())
         && std::all_of(text.begin(), text.end(), [&](char c) { return is_alnum(c) || c == '-'; });
}

std::string short_name(std::string_view replica) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : replica) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  std::array<char, 16> digits;
  const auto [end, problem] = std::to_chars(digits.data(), digits.data() + digits.size(), hash, 36);
  return {digits.data(), end};
}

}  // namespace modelgate::control::runtime
