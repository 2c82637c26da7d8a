#include "control/service/authorization_codes.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace modelgate::control::service {

std::string authorization_codes::issue(const domain::principal& who) {
  std::array<unsigned char, 24> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::array<char, sodium_base64_ENCODED_LEN(24, sodium_base64_VARIANT_URLSAFE_NO_PADDING)> text{};
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  std::string code{text.data()};
  const system_time now = context_.now();
  const std::lock_guard lock{mutex_};
  std::erase_if(codes_, [&](const issued& each) { return each.until <= now; });
  if (codes_.size() == most) codes_.erase(codes_.begin());
  codes_.push_back({context_.key.hash(code), who, now + life});
  return code;
}

std::optional<domain::principal> authorization_codes::redeem(std::string_view code) {
  const crypto::token_digest digest = context_.key.hash(code);
  const std::lock_guard lock{mutex_};
  const auto found =
      std::find_if(codes_.begin(), codes_.end(), [&](const issued& each) { return each.digest.equal(digest); });
  if (found == codes_.end()) return std::nullopt;
  const issued taken = *found;
  codes_.erase(found);
  if (taken.until <= context_.now()) return std::nullopt;
  return taken.who;
}

}  // namespace modelgate::control::service
