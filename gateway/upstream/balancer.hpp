#pragma once

#include "gateway/upstream/endpoint.hpp"

#include <cstddef>
#include <span>

namespace modelgate::upstream {

/// Chooses the replica with the fewest requests in flight; among equals, the next in turn. One that failed a moment ago
/// is chosen only when all did.
///
/// A full look at every replica instead of two random ones: pools have one to twenty, the look is a few loads, and the
/// tail is shorter.
///
/// Shape: worker-local; holds only whose turn it is.
class balancer {
 public:
  /// A slot on the best endpoint but `except`; empty when there is none.
  [[nodiscard]] slot pick(std::span<const endpoint_ptr> endpoints, const endpoint* except, steady_time now) noexcept;

 private:
  std::size_t turn_ = 0;
};

}  // namespace modelgate::upstream
