#pragma once

#include "control/domain/user.hpp"
#include "control/service/service_context.hpp"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::service {

/// Codes that somebody who is logged in carries by hand to a program of his, which gets an API token for it. Each holds
/// once, and not for long.
///
/// Shape: one per program, any-thread; in memory only, so that none outlives the program.
class authorization_codes {
 public:
  static constexpr std::chrono::minutes life{5};
  static constexpr std::size_t most = 256;  ///< at once; the oldest goes for the next

  explicit authorization_codes(const service_context& context) : context_{context} {}

  [[nodiscard]] std::string issue(const domain::principal& who);
  /// Whose it was when it was issued; whether that holds is for the caller to look up. Absent: it is none, was used, or is too old.
  [[nodiscard]] std::optional<domain::principal> redeem(std::string_view code);

 private:
  struct issued {
    crypto::token_digest digest;
    domain::principal who;
    system_time until;
  };

  const service_context& context_;
  std::mutex mutex_;
  std::vector<issued> codes_;  ///< oldest first
};

}  // namespace modelgate::control::service
