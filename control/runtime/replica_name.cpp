#include "control/runtime/replica_name.hpp"

#include <algorithm>

namespace modelgate::control::runtime {

bool is_replica_name(std::string_view text) noexcept {
  constexpr std::size_t longest = 200;
  const auto is_alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= longest && is_alnum(text.front())
         && std::all_of(text.begin(), text.end(), [&](char c) { return is_alnum(c) || c == '-'; });
}

}  // namespace modelgate::control::runtime
