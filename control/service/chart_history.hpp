#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/config/observation.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::service {

/// What a chart shows: values at even steps, NaN where nothing is known.
struct chart {
  struct line {
    std::string name;                           ///< "qps", "success", "latency", ...
    std::map<std::string, std::string> labels;  ///< {"quantile": "0.99"}, {"replica": ...}, {"client": ...}
    std::vector<double> values;                 ///< the first is of the step that begins at `start`
  };
  std::chrono::milliseconds step{};
  system_time start;
  std::vector<line> lines;
};

/// The last hour of every deployment, without Prometheus: 360 steps, of which each holds what was counted within it.
///
/// Lines of a deployment: `qps`, `success` (the share without a 5xx), `4xx` and `5xx` (a second), `latency` in seconds at
/// five quantiles, which are estimated within a bucket as Prometheus does, `in_flight`, `reward` (a call of feedback),
/// `in_flight` of each replica, `qps` of each client (of all requests that it authenticated). Else predictions only. Replicas
/// and clients beyond `most_lines` in the time that is kept are left out.
///
/// Shape: any-thread; in memory only, so it begins anew with the process.
class chart_history {
 public:
  static constexpr std::size_t kept = 360;
  static constexpr std::size_t most_lines = 128;  ///< of one deployment

  explicit chart_history(std::chrono::milliseconds step) noexcept : step_{step} {}

  [[nodiscard]] std::chrono::milliseconds step() const noexcept { return step_; }

  /// What was counted until `at`, which is the end of a step. Steps that were left out stay unknown; the counts of all of
  /// them are of the time since the last call. Deployments that `seen` does not have are forgotten.
  void add(system_time at, const config::observation& seen);

  /// The newest steps, `window` of them, up to the last that has ended at `now`. A deployment that nothing is known of has
  /// no lines.
  [[nodiscard]] chart read(const std::string& deployment, std::chrono::milliseconds window, system_time now) const;

 private:
  using line_key = std::pair<std::string, std::map<std::string, std::string>>;
  struct ring {
    std::vector<double> values;
    std::int64_t newest = 0;  ///< the last step that has a value
  };
  struct recorded {
    config::deployment_counts last;
    std::map<std::string, std::uint64_t> last_of_clients;
    std::map<line_key, ring> lines;
  };

  void put(recorded& into, line_key key, std::int64_t step, double value) const;
  [[nodiscard]] std::int64_t step_of(system_time at) const noexcept;

  const std::chrono::milliseconds step_;
  mutable std::mutex mutex_;
  std::optional<system_time> last_at_;
  std::int64_t newest_ = 0;
  std::map<std::string, recorded> deployments_;
};

/// An estimate of a quantile from a histogram's buckets (not cumulative, the last without an upper bound); NaN for an
/// empty one. Source: Prometheus, histogram_quantile.
[[nodiscard]] double quantile_of(double quantile, const std::vector<std::uint64_t>& buckets);

}  // namespace modelgate::control::service
