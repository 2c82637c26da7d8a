#pragma once

#include "control/domain/deployment_status.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/config/observation.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
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
/// five quantiles, which are estimated within a bucket as Prometheus does, `in_flight`, `reward` (a call of feedback):
/// of predictions, as clients saw them. `predict_qps` of each model: what was sent to replicas, second tries included.
/// Of each replica `qps`, `success`, `4xx`, `5xx`, `latency`, `in_flight`: of all that it was sent, until the head of the
/// answer; `cpu` in cores and `memory` in bytes. `qps` of each client: of all requests that it authenticated.
///
/// Bounds of one deployment: `most_models` models, `most_replicas` replicas (one that is gone makes room for a new one),
/// `most_clients` clients by name; the requests of all others are one line, "other". All lines together take
/// `bytes` at most: a line that does not fit is left out until others have gone.
///
/// Shape: any-thread; in memory only, so it begins anew with the process.
class chart_history {
 public:
  static constexpr std::size_t kept = 360;
  static constexpr std::size_t most_models = 8;
  static constexpr std::size_t most_replicas = 16;
  static constexpr std::size_t most_clients = 20;
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
  /// What counts have come to since somebody began to count: a count that has gone down is another one of that name.
  struct counts {
    std::vector<std::uint64_t> answers;
    std::vector<std::uint64_t> latency;
    [[nodiscard]] counts since(const counts& before) const;
    void add(const counts& other);
  };
  struct recorded {
    config::deployment_counts last;
    std::map<std::pair<std::string, std::string>, counts> last_of_replicas;  ///< by name and address
    std::map<std::string, std::uint64_t> last_of_clients;
    std::map<std::string, domain::replica_usage> last_usage;
    std::map<std::string, double> cores;
    std::map<line_key, ring> lines;
  };
  /// What was seen of one deployment at the end of a step.
  struct sighting {
    std::vector<const config::endpoint_load*> endpoints;
    std::map<std::string, std::uint64_t> clients;
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
