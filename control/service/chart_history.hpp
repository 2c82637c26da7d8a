#pragma once

#include "control/domain/deployment_status.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/config/observation.hpp"
#include "modelgate/metrics/gauge_reading.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace modelgate::control::service {

/// What a chart shows: values at even steps, NaN where nothing is known.
struct chart {
  struct line {
    std::string name;  ///< "qps", "success", "latency", ...
    std::map<std::string, std::string>
        labels;                  ///< {"quantile": "0.99"}, {"replica": ...}, {"client": ...}, {"image", "version"}
    std::vector<double> values;  ///< the first is of the step that begins at `start`
  };
  std::chrono::milliseconds step{};
  system_time start;
  std::vector<line> lines;
};

/// What a replica takes of its machine, as it was seen last.
struct replica_reading {
  std::string deployment;
  std::string replica;
  domain::replica_usage usage;
};

/// The last hour of every deployment, without Prometheus: 360 steps, of which each holds what was counted within it.
///
/// Lines of a deployment: `qps`, `success` (the share without a 5xx), `4xx` and `5xx` (a second), `latency` in seconds at
/// five quantiles, which are estimated within a bucket as Prometheus does, `in_flight`: of predictions, as clients saw
/// them. `reward` is what a call of feedback brought on average. `predict_qps` of each model: what was sent to replicas,
/// second tries included.
/// The same lines of each client, of the predictions that it was let in for and of the feedback that it sent. And of each
/// replica: of all that it was sent, until the head of the answer, and of the feedback on its answers, or that it took
/// where nobody knows whose answer it is about; also `cpu` in cores and `memory` in bytes.
///
/// A deployment that has no replicas and was never asked has no lines, until the first.
///
/// Bounds of one deployment: `most_models` models, `most_replicas` replicas (one that is gone makes room for a new one),
/// `most_clients` clients by name; all others, and one that is called so, are one more, `other_clients`. All lines together
/// take `bytes` at most: a line that does not fit is left out until others have gone.
///
/// Shape: any-thread; in memory only, so it begins anew with the process.
class chart_history {
 public:
  static constexpr std::size_t kept = 360;
  static constexpr std::size_t most_models = 8;
  static constexpr std::size_t most_replicas = 16;
  static constexpr std::size_t most_clients = 20;
  static constexpr std::string_view other_clients = metrics::other_clients;
  /// Of its own, of each model, each replica and each client, those that are one together included.
  static constexpr std::size_t most_lines_of_one = 11 + most_models + 13 * most_replicas + 11 * (most_clients + 1);
  static constexpr std::size_t line_bytes = kept * sizeof(double) + 320;  ///< with its name and its place in a map
  static constexpr std::size_t default_bytes = 67'108'864;

  explicit chart_history(std::chrono::milliseconds step, std::size_t bytes = default_bytes) noexcept
      : step_{step}, most_lines_{bytes / line_bytes} {}

  [[nodiscard]] std::chrono::milliseconds step() const noexcept { return step_; }

  /// What was counted until `at`, which is the end of a step. Steps that were left out stay unknown; the counts of all of
  /// them are of the time since the last call. Deployments that `seen` does not have are forgotten.
  void add(system_time at, const config::observation& seen, const std::vector<replica_reading>& usage = {});

  /// The newest steps, `window` of them, up to the last that has ended at `now`. A deployment that nothing is known of has
  /// no lines.
  [[nodiscard]] chart read(const std::string& deployment, std::chrono::milliseconds window, system_time now) const;

 private:
  using label_map = std::map<std::string, std::string>;
  using line_key = std::pair<std::string, label_map>;
  struct ring {
    std::vector<double> values;
    std::int64_t newest = 0;  ///< the last step that has a value
  };
  using counts = config::answer_counts;
  struct recorded {
    config::deployment_counts last;
    std::map<std::pair<std::string, std::string>, counts> last_of_replicas;  ///< by name and address
    std::map<std::string, counts> last_of_clients;
    std::map<std::string, domain::replica_usage> last_usage;
    std::map<std::string, double> cores;
    std::map<line_key, ring> lines;
  };
  /// What was seen of one deployment at the end of a step.
  struct sighting {
    std::vector<const config::endpoint_load*> endpoints;
    std::vector<const config::client_use*> clients;
    std::vector<const replica_reading*> usage;
  };
  struct moment {
    std::int64_t step;
    double seconds;  ///< since the last call
  };

  void clear_left_out(recorded& of, std::int64_t step) const;
  void put(recorded& into, line_key key, std::int64_t step, double value);
  void put_counts(recorded& into, const label_map& labels, const moment& when, const counts& came);
  void put_deployment(recorded& into, const moment& when, const config::deployment_counts& now);
  void put_replicas(recorded& into, const moment& when, const sighting& seen);
  void put_clients(recorded& into, const moment& when, const sighting& seen);
  /// Which of the replicas that there are have lines: who has some keeps them, and who has gone makes room.
  [[nodiscard]] std::set<std::string> choose_replicas(recorded& into, const std::set<std::string>& present);
  [[nodiscard]] std::int64_t step_of(system_time at) const noexcept;

  const std::chrono::milliseconds step_;
  const std::size_t most_lines_;
  mutable std::mutex mutex_;
  std::optional<system_time> last_at_;
  std::int64_t newest_ = 0;
  std::size_t lines_ = 0;
  std::map<std::string, recorded> deployments_;
};

/// An estimate of a quantile from a histogram's buckets (not cumulative, the last without an upper bound); NaN for an
/// empty one. Source: Prometheus, histogram_quantile.
[[nodiscard]] double quantile_of(double quantile, const std::vector<std::uint64_t>& buckets);

}  // namespace modelgate::control::service
