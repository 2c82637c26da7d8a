#include "gateway/upstream/balancer.hpp"

namespace modelgate::upstream {

slot balancer::pick(std::span<const endpoint_ptr> endpoints, const endpoint* except, steady_time now) noexcept {
  for (;;) {
    const endpoint_ptr* best = nullptr;
    std::uint32_t fewest = 0;
    bool best_is_doubted = true;
    ++turn_;
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      const endpoint_ptr& candidate = endpoints[(turn_ + i) % endpoints.size()];
      if (candidate.get() == except) continue;
      const std::uint32_t load = candidate->in_flight();
      const bool doubted = candidate->is_doubted(now);
      if (best == nullptr || doubted < best_is_doubted || (doubted == best_is_doubted && load < fewest)) {
        best = &candidate;
        fewest = load;
        best_is_doubted = doubted;
      }
    }
    if (best == nullptr) return {};
    if ((*best)->try_take(fewest)) return slot{*best};
    // Another worker took a slot there since we looked: look again.
  }
}

}  // namespace modelgate::upstream
