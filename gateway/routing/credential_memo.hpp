#pragma once

#include "gateway/routing/route_table.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace modelgate::routing {

/// Who sent the last request of a connection, and what he showed for it.
///
/// A fast path: a kept connection shows the same Authorization with each request. To decode it, wipe it and hash its token takes
/// 4,636 instructions, to recall it 855 (benchmarks/micro: check_token, recall_token). What was shown is not kept but its
/// SipHash-2-4 of 128 bits, under a key that the process has drawn. It holds only for the very route in which the client
/// was found: a token that is rotated, disabled or deleted is another route's. That the client expires is the
/// caller's to look at, each time.
///
/// Shape: one per connection, 32 bytes.
class credential_memo {
 public:
  /// nullptr: it was somebody or something else.
  [[nodiscard]] const route_client* recall(const route& of, std::string_view shown) const noexcept;
  void keep(const route& of, std::string_view shown, const route_client& client) noexcept;

 private:
  using mark = std::array<std::uint8_t, 16>;
  [[nodiscard]] static mark mark_of(std::string_view shown) noexcept;

  std::uint64_t route_ = 0;  ///< the number of none
  const route_client* client_ = nullptr;
  mark mark_{};
};
static_assert(sizeof(credential_memo) == 32);

}  // namespace modelgate::routing
