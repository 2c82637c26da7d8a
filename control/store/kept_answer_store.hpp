#pragma once

#include "control/store/database.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/crypto/token.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace modelgate::control::store {

/// What a repetition of a request gets that came with an Idempotency-Key. Secrets are never in it.
struct kept_answer {
  std::string user;  ///< keys are each user's own
  std::string key;
  crypto::token_digest request;  ///< keyed hash of what was asked for
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> fields;  ///< no name twice
  std::string body;
  system_time created_at;
};

/// Answers by user and key, written in the transaction of the change that they tell of.
class kept_answer_store {
 public:
  explicit kept_answer_store(transaction& within) noexcept : on_{within.on()} {}

  [[nodiscard]] std::optional<kept_answer> find(std::string_view user, std::string_view key) const;
  /// In the place of an earlier one with the same user and key.
  void put(const kept_answer& answer);
  /// Lets the oldest go until this user has at most so many, and all users together at most so many bytes.
  void bound(std::string_view user, std::size_t most_of_user, std::uint64_t most_bytes);
  /// Answers how many went.
  std::size_t erase_before(system_time time);

 private:
  connection& on_;
};

}  // namespace modelgate::control::store
