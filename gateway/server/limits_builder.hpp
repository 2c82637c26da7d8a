#pragma once

#include "gateway/server/serving_table.hpp"

namespace modelgate::server {

/// Makes the limits of each deployment of a table, counting on from where those of the table before are.
///
/// Shape: one per table that is built, off the workers.
class limits_builder {
 public:
  limits_builder(serving_table& table, const table_sources& from) noexcept
      : table_{table}, from_{from}, now_{steady_clock::now()} {}

  /// Null when nothing is bounded.
  [[nodiscard]] filter::traffic_limits_ptr build(const config::deployment_config& deployment);

 private:
  [[nodiscard]] filter::traffic_meter_ptr meter(const config::traffic_limit& limit,
                                                const filter::traffic_meter_ptr& before) const;
  [[nodiscard]] filter::traffic_meter_ptr group_meter(const config::deployment_config& deployment);

  serving_table& table_;
  const table_sources& from_;
  steady_time now_;
};

}  // namespace modelgate::server
