#pragma once

#include "gateway/upstream/ejection_policy.hpp"
#include "gateway/upstream/endpoint.hpp"

#include "modelgate/base/clock.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace modelgate::upstream {

/// Takes replicas out of the choice that do much worse than the others of their deployment, and lets them back in after
/// one request that went well. What it decides by is in `ejection_policy`.
///
/// Shape: any-thread; one per deployment for as long as it exists. A request that goes well takes no lock, one that
///        fails takes it from the configured number of failures in a row on.
class outlier_detector {
 public:
  /// So many looks in a row must find a replica slow: one request that takes long says nothing of the replica.
  static constexpr unsigned looks_in_a_row = 3;

  explicit outlier_detector(const ejection_rules& rules = {}) noexcept : rules_{rules} {}

  /// The replicas from now on. Where too few are left, ejected ones serve again.
  void update(std::span<const endpoint_ptr> endpoints, steady_time now);

  /// A request on this replica failed by its fault. `trial`: it was the one that tries an ejected replica.
  void on_failure(endpoint& of, ejection_cause why, bool trial, steady_time now);
  /// A request was answered well, `service` after its dispatch; zero: that says nothing.
  void on_success(endpoint& of, std::chrono::nanoseconds service, bool trial, steady_time now);
  /// Looks whether its latency alone is reason enough, after an answer that took `service`; to be asked now and then.
  void check_latency(const endpoint& of, std::chrono::nanoseconds service, steady_time now);

  [[nodiscard]] std::uint64_t ejections(ejection_cause why) const;

 private:
  struct watched {
    endpoint_ptr replica;
    ejection_record record;
    unsigned slow_looks = 0;  ///< in a row that found both its average and its last answer out of all proportion
  };

  [[nodiscard]] std::size_t find(const endpoint& of) const noexcept;
  void look_at_pool(steady_time now);
  void eject(watched& which, ejection_cause why, steady_time now);
  static void restore(watched& which, steady_time now);

  const ejection_rules rules_;
  mutable std::mutex mutex_;
  std::vector<watched> pool_;
  std::vector<peer_view> views_;
  std::array<std::uint64_t, static_cast<std::size_t>(ejection_cause::size)> ejections_{};
};

}  // namespace modelgate::upstream
