#include "control/reconcile/reconcile_stats.hpp"

namespace modelgate::control::reconcile {

std::vector<metrics::gauge_reading> reconcile_stats::read() const {
  std::vector<metrics::gauge_reading> readings;
  const auto add_passes = [&](const char* outcome, const metrics::duration_histogram& of) {
    readings.push_back({"modelgate_reconcile_seconds",
                        "Time of the reconciler's passes; failed: the store could not be used in it.",
                        {{"outcome", outcome}},
                        0,
                        false,
                        of.read()});
  };
  add_passes("done", done_);
  add_passes("failed", failed_);
  constexpr double milliseconds_per_second = 1'000;
  readings.push_back({"modelgate_reconcile_last_pass_timestamp_seconds",
                      "When the reconciler's last pass ended, as a Unix time.",
                      {},
                      static_cast<double>(last_pass_.load(std::memory_order_relaxed)) / milliseconds_per_second,
                      false});
  const auto add_generation = [&](const char* state, const std::atomic<std::uint64_t>& generation) {
    readings.push_back({"modelgate_snapshot_generation",
                        "Generation of the last snapshot that was built, and of the last that every worker serves.",
                        {{"state", state}},
                        static_cast<double>(generation.load(std::memory_order_relaxed)),
                        false});
  };
  add_generation("built", built_);
  add_generation("live", live_);
  readings.push_back({"modelgate_rollbacks_total",
                      "Revisions that failed and were rolled back because their deployments' autoRollback says so.",
                      {},
                      static_cast<double>(rollbacks_.load(std::memory_order_relaxed)),
                      true});
  return readings;
}

}  // namespace modelgate::control::reconcile
