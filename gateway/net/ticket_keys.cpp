#include "modelgate/net/ticket_keys.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>

namespace modelgate::net {
namespace {

void wipe(std::optional<ticket_key>& key) noexcept {
  if (key) OPENSSL_cleanse(&*key, sizeof *key);
  key.reset();
}

bool fill(ticket_key& key) {
  const auto random = [](auto& bytes) { return RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1; };
  return random(key.name) && random(key.cipher) && random(key.mac);
}

bool is_named(const std::optional<ticket_key>& key, const unsigned char* name) noexcept {
  return key && std::equal(key->name.begin(), key->name.end(), name);
}

}  // namespace

ticket_keys::~ticket_keys() {
  wipe(current_);
  wipe(previous_);
}

bool ticket_keys::rotate(steady_time now) {
  if (current_ && now - made_ < rotation_) return true;
  const bool long_ago = current_ && now - made_ >= 2 * rotation_;
  ticket_key next;
  if (!fill(next)) return false;
  wipe(previous_);
  if (!long_ago) previous_ = current_;
  wipe(current_);
  current_ = next;
  OPENSSL_cleanse(&next, sizeof next);
  made_ = now;
  return true;
}

std::optional<ticket_key> ticket_keys::current(steady_time now) {
  const std::lock_guard lock{mutex_};
  if (!rotate(now)) return std::nullopt;
  return current_;
}

std::optional<ticket_keys::found_key> ticket_keys::find(const unsigned char* name, steady_time now) {
  const std::lock_guard lock{mutex_};
  if (!rotate(now)) return std::nullopt;
  if (is_named(current_, name)) return found_key{*current_, true};
  if (is_named(previous_, name)) return found_key{*previous_, false};
  return std::nullopt;
}

}  // namespace modelgate::net
