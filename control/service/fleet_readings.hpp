#pragma once

#include "control/service/restart_ledger.hpp"
#include "control/service/service_context.hpp"
#include "control/service/watch_service.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/metrics/gauge_reading.hpp"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace modelgate::control::service {

/// What control knows of deployments, replicas, quotas and tokens, for Prometheus.
///
/// Shape: any-thread. Reads the store at most once a second, however often it is asked. Of tokens of clients the
///        `most_clients` that expire first are told.
class fleet_readings {
 public:
  static constexpr std::size_t most_clients = 1'000;

  /// `deployment_name`: the template of that label, as of the gateway's metrics.
  fleet_readings(const service_context& context, std::string deployment_name)
      : database_{context.database}, watch_{context}, deployment_name_{std::move(deployment_name)} {}

  [[nodiscard]] std::vector<metrics::gauge_reading> read();

 private:
  [[nodiscard]] std::string label_of(const std::string& id) const;
  void add_deployments(const watched_state& state);
  void add_usage(const std::string& deployment_name, const domain::replica_status& replica);
  void add_store();
  void add_quotas(const watched_state& state);
  void add_clients(const watched_state& state);

  const store::database& database_;
  watch_service watch_;
  const std::string deployment_name_;
  std::mutex mutex_;
  steady_time read_at_{};
  std::vector<metrics::gauge_reading> last_;
  std::map<std::string, restart_ledger> restarts_;  ///< by deployment
};

}  // namespace modelgate::control::service
