#pragma once

#include "control/domain/audit_event.hpp"
#include "control/store/database.hpp"

#include "modelgate/base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace modelgate::control::store {

/// What people did, in order. Events are added, closed once, and never changed after that; the oldest go.
class audit_store {
 public:
  explicit audit_store(transaction& within) noexcept : on_{within.on()} {}

  /// Answers its sequence.
  std::uint64_t add(const domain::audit_event& event);
  void close(std::uint64_t sequence, std::string_view resource, unsigned status);
  /// Newest first.
  [[nodiscard]] std::vector<domain::audit_event> list(const domain::audit_filter& filter) const;
  /// Those before that time, and the oldest beyond so many. Answers how many went.
  std::size_t trim(system_time oldest, std::uint64_t most);

 private:
  connection& on_;
};

}  // namespace modelgate::control::store
