#pragma once

#include "modelgate/crypto/token.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace modelgate::crypto {

/// A client's password that is known by a foreign hash only, until somebody has shown it once.
///
/// Shape: shared by every form of the client's route in which the hash is the same. Any thread may ask whether it was
///        proven; everything else is done by whoever checks passwords, one thread at a time.
class unproven_password {
 public:
  explicit unproven_password(std::string hash) : hash_{std::move(hash)} {}
  unproven_password(const unproven_password&) = delete;
  unproven_password& operator=(const unproven_password&) = delete;

  [[nodiscard]] const std::string& hash() const noexcept { return hash_; }

  /// What the password has been found to be; nullptr before.
  [[nodiscard]] const token_digest* proven() const noexcept {
    return is_proven_.load(std::memory_order_acquire) ? &digest_ : nullptr;
  }
  /// The first one holds: bcrypt looks at 72 bytes only, so that two passwords may fit.
  void prove(const token_digest& digest) noexcept {
    if (proven() != nullptr) return;
    digest_ = digest;
    is_proven_.store(true, std::memory_order_release);
  }

  /// Of those that did not fit the last few are remembered, so that a client that goes on sending an old password costs
  /// one check and not one a request. They are digests, in memory only, and right for as long as the hash is the same.
  void remember_wrong(const token_digest& digest) noexcept { wrong_[wrong_count_++ % wrong_.size()] = digest; }
  [[nodiscard]] bool is_known_wrong(const token_digest& digest) const noexcept {
    const auto last = wrong_.begin() + static_cast<std::ptrdiff_t>(std::min(wrong_count_, wrong_.size()));
    return std::any_of(wrong_.begin(), last, [&](const token_digest& each) { return each.equal(digest); });
  }

 private:
  const std::string hash_;
  token_digest digest_;
  std::atomic<bool> is_proven_{false};
  std::array<token_digest, 32> wrong_;
  std::size_t wrong_count_ = 0;
};

using unproven_password_ptr = std::shared_ptr<unproven_password>;

}  // namespace modelgate::crypto
