#include "gateway/routing/credential_memo.hpp"

#include <sodium.h>

namespace modelgate::routing {
namespace {

using siphash_key = std::array<std::uint8_t, crypto_shorthash_siphashx24_KEYBYTES>;

/// It guards no stored secret, only tells what was shown from what else could be.
const siphash_key& process_key() noexcept {
  static const siphash_key drawn = [] {
    siphash_key key;
    randombytes_buf(key.data(), key.size());
    return key;
  }();
  return drawn;
}

}  // namespace

credential_memo::mark credential_memo::mark_of(std::string_view shown) noexcept {
  mark made;
  static_assert(sizeof made == crypto_shorthash_siphashx24_BYTES);
  crypto_shorthash_siphashx24(made.data(), reinterpret_cast<const unsigned char*>(shown.data()), shown.size(),
                              process_key().data());
  return made;
}

const route_client* credential_memo::recall(const route& of, std::string_view shown) const noexcept {
  if (client_ == nullptr || of.number() != route_) return nullptr;
  const mark now = mark_of(shown);
  return sodium_memcmp(now.data(), mark_.data(), now.size()) == 0 ? client_ : nullptr;
}

void credential_memo::keep(const route& of, std::string_view shown, const route_client& client) noexcept {
  route_ = of.number();
  client_ = &client;
  mark_ = mark_of(shown);
}

}  // namespace modelgate::routing
