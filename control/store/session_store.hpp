#pragma once

#include "control/domain/user.hpp"
#include "control/store/database.hpp"

#include "modelgate/base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace modelgate::control::store {

/// Sessions of the console, by their digests; what the cookie holds is never here.
class session_store {
 public:
  explicit session_store(transaction& within) noexcept : on_{within.on()} {}

  /// One look-up in an index, by a keyed hash.
  [[nodiscard]] std::optional<domain::session> find(const crypto::token_digest& digest) const;
  [[nodiscard]] std::size_t count(std::string_view user) const;
  void insert(const domain::session& session);
  /// It was used then, if not later. One that is gone is ignored.
  void note_use(const crypto::token_digest& digest, system_time at);
  bool erase(const crypto::token_digest& digest);
  /// Every one of the user's but for one, which may be absent.
  void erase_others(std::string_view user, const std::optional<crypto::token_digest>& kept);
  /// Lets the oldest go until the user has at most so many.
  void bound(std::string_view user, std::size_t most);
  /// Those that are over, or were not used for so long. Answers how many went.
  std::size_t erase_ended(system_time now, std::chrono::milliseconds idle);

 private:
  connection& on_;
};

}  // namespace modelgate::control::store
