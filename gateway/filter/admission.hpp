#pragma once

#include "gateway/filter/traffic_meter.hpp"

#include "modelgate/metrics/deployment_stats.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace modelgate::filter {

/// The limits that the requests of one deployment are under. A missing meter bounds nothing.
///
/// Shape: immutable but for what the meters count; shared by workers.
struct traffic_limits {
  std::vector<traffic_meter_ptr> clients;  ///< by the client's place in the deployment; empty: clients have no limit
  traffic_meter_ptr deployment;
  traffic_meter_ptr group;

  [[nodiscard]] bool bound_nothing() const noexcept { return clients.empty() && !deployment && !group; }
};

using traffic_limits_ptr = std::shared_ptr<const traffic_limits>;

/// Why a request may not go on, and when it may be worth trying again.
struct limit_refusal {
  metrics::limit_scope whose = metrics::limit_scope::deployment;
  metrics::limit_kind what = metrics::limit_kind::rate;
  std::chrono::seconds retry_after{1};
};

/// One request's way through the limits: it takes a token of each and is counted by each until this goes out of scope.
/// All or nothing: a request that one limit refuses costs nothing at the others.
///
/// Shape: worker-local, lives as long as its request.
class admission {
 public:
  static constexpr std::size_t no_client = SIZE_MAX;

  admission() = default;
  ~admission() { leave(); }
  admission(const admission&) = delete;
  admission& operator=(const admission&) = delete;

  /// To be called once. Absent: the request may go on. Where a rate applies, RateLimit-Limit, -Remaining and -Reset of
  /// the tightest one are appended to `fields`, whole lines.
  /// Source: draft-ietf-httpapi-ratelimit-headers-03, which clients know: the limit is the burst, the reset the seconds
  ///         until all of it is there again.
  [[nodiscard]] std::optional<limit_refusal> enter(const traffic_limits_ptr& limits, std::size_t client,
                                                   std::size_t worker, steady_time now, std::string& fields);

 private:
  std::optional<limit_refusal> pass(std::size_t worker, steady_time now);
  void leave() noexcept;

  std::array<traffic_meter*, metrics::limit_scopes> meters_{};  ///< by limit_scope
  std::size_t entered_ = 0;                                     ///< of these, how many have counted the request
  traffic_limits_ptr kept_;                                     ///< while one has
};

}  // namespace modelgate::filter
