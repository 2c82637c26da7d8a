#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace modelgate::proxy {

/// What is left of the time for which a client may be waited for: waiting spends it, bytes that move give it back, never more
/// than there was at first. Who was fast once cannot be slow for longer later.
///
/// Shape: value, one per rule and exchange.
class patience {
 public:
  void on_bytes(std::uint64_t count, std::uint64_t bytes_per_second) noexcept {
    if (spent_.count() == 0 || count == 0) return;
    const double earned = static_cast<double>(count) / static_cast<double>(bytes_per_second);
    if (earned >= std::chrono::duration<double>{spent_}.count())
      spent_ = {};
    else
      spent_ -= std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>{earned});
  }
  void on_wait(std::chrono::nanoseconds waited) noexcept { spent_ += waited; }
  [[nodiscard]] bool is_over(std::chrono::nanoseconds grace) const noexcept { return spent_ > grace; }

 private:
  std::chrono::nanoseconds spent_{0};
};

}  // namespace modelgate::proxy
