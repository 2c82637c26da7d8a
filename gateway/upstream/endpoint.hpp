#pragma once

#include "gateway/upstream/answer_tally.hpp"
#include "gateway/upstream/concurrency_limit.hpp"
#include "gateway/upstream/concurrency_ramp.hpp"
#include "gateway/upstream/dispatch_schedule.hpp"
#include "gateway/upstream/service_time.hpp"
#include "gateway/upstream/standing.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/config/snapshot.hpp"
#include "modelgate/metrics/deployment_stats.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace modelgate::upstream {

/// One replica as the data plane sees it.
///
/// `in_flight` counts its requests over all workers: models are few, slow and uneven, so dispatch must see the whole.
/// It is the one word of the request path that more than one thread changes by read-modify-write; with what dispatch
/// reads beside it, it has a cache line to itself.
///
/// Shape: shared by all workers and by every snapshot that has the replica; the rest is immutable.
class endpoint {
 public:
  /// `declared` is how many requests at a time it was said to take; without that it is learnt. `ramp` is how long it may
  /// take until it gets as many; zero for one that has been serving. `number` tells it from others of its deployment.
  endpoint(config::endpoint_config config, metrics::model_index model, std::optional<std::uint32_t> declared,
           std::chrono::nanoseconds ramp = {}, std::uint16_t number = 0)
      : config_{std::move(config)},
        authority_{authority_of(config_)},
        model_{model},
        number_{number},
        learnt_{declared},
        limit_{concurrency_limit::start(declared)},
        ramp_{ramp} {}

  [[nodiscard]] const config::endpoint_config& config() const noexcept { return config_; }
  [[nodiscard]] const std::string& authority() const noexcept { return authority_; }  ///< for the Host field
  [[nodiscard]] metrics::model_index model() const noexcept { return model_; }
  [[nodiscard]] std::uint16_t number() const noexcept { return number_; }

  /// Ordered with the queue's count of waiters, see dispatch_queue::has_waiters.
  [[nodiscard]] std::uint32_t in_flight() const noexcept { return in_flight_.load(); }
  [[nodiscard]] std::uint32_t limit(steady_time now) const noexcept { return std::min(full_limit(), ramp_.most(now)); }
  [[nodiscard]] std::chrono::nanoseconds average_service_time(steady_time now) const noexcept {
    return service_time_.average(now);
  }
  /// Zero when it is an average of too few, or of what was long ago.
  [[nodiscard]] std::chrono::nanoseconds settled_service_time(steady_time now) const noexcept {
    return service_time_.is_settled() ? service_time_.average(now) : std::chrono::nanoseconds{0};
  }
  void remember_only(std::chrono::nanoseconds service, steady_time now) noexcept {
    service_time_.start_with(service, now);
  }
  [[nodiscard]] answer_tally& tally() noexcept { return tally_; }
  [[nodiscard]] const answer_tally& tally() const noexcept { return tally_; }
  [[nodiscard]] upstream::standing& standing() noexcept { return standing_; }
  [[nodiscard]] const upstream::standing& standing() const noexcept { return standing_; }

  /// Another number of requests at a time, or none: learnt from here on.
  void declare(std::optional<std::uint32_t> concurrency) noexcept {
    if (learnt_.declare(concurrency)) limit_.store(concurrency_limit::start(concurrency), std::memory_order_relaxed);
  }

  /// Takes a slot if one is free, and with `trial` only together with the right to try it; false when other requests
  /// were faster.
  [[nodiscard]] bool try_take(steady_time now, bool trial = false) noexcept {
    if (trial && !standing_.begin_trial(now)) return false;
    const std::uint32_t most = limit(now);
    std::uint32_t seen = in_flight();
    while (seen < most) {
      if (!in_flight_.compare_exchange_weak(seen, seen + 1)) continue;
      service_time_.touch(now);
      ramp_.on_request(now);
      return true;
    }
    if (trial) standing_.end_trial();
    return false;
  }
  /// The same, but only while no request at all is on the replica.
  [[nodiscard]] bool try_take_idle(steady_time now) noexcept {
    std::uint32_t none = 0;
    if (!in_flight_.compare_exchange_strong(none, 1)) return false;
    service_time_.touch(now);
    ramp_.on_request(now);
    return true;
  }
  void release() noexcept { in_flight_.fetch_sub(1); }

  /// A request that has a slot has become a tunnel. Where the limit is learnt, from answers, tunnels are not counted in
  /// it: the slot is given back. Answers whether that is so; then `end_tunnel` comes instead of `release`.
  [[nodiscard]] bool begin_tunnel() noexcept {
    if (learnt_.is_declared()) return false;
    tunnels_.fetch_add(1, std::memory_order_relaxed);
    release();
    return true;
  }
  void end_tunnel() noexcept { tunnels_.fetch_sub(1, std::memory_order_relaxed); }
  /// Requests and tunnels: what keeps a replica that drains.
  [[nodiscard]] std::uint32_t busy() const noexcept { return in_flight() + tunnels_.load(std::memory_order_relaxed); }

  /// A request was answered whole, `service` after its dispatch. `window` is the worker's own.
  void record(std::chrono::nanoseconds service, steady_time now, latency_window& window) noexcept {
    service_time_.record(service, now);
    ramp_.on_answer(full_limit());
    if (learnt_.is_declared()) return;
    window.add(service, in_flight());
    if (!window.is_worth_telling()) return;
    if (const auto limit = learnt_.observe(window)) limit_.store(*limit, std::memory_order_relaxed);
    window = {};
  }

  /// After a request that it refused or reset, a replica is chosen last until `until`: one that is dying has the fewest
  /// requests in flight and would attract every next one.
  void doubt(steady_time until) noexcept {
    doubted_until_.store(until.time_since_epoch().count(), std::memory_order_relaxed);
  }

  [[nodiscard]] replica_view view(steady_time now) const noexcept {
    replica_view seen;
    seen.in_flight = in_flight();
    const std::uint32_t full = full_limit();
    seen.limit = std::min(full, ramp_.most(now));
    seen.withheld = full - seen.limit;
    if (standing_.is_ejected()) {
      seen.trial = standing_.wants_trial(now) && seen.in_flight < seen.limit;
      seen.ejected = !seen.trial;
    }
    if (seen.trial) {
      // A place for one request, and nothing of what was known before: else a slow one would never be tried.
      seen.in_flight = 0;
      seen.limit = 1;
      return seen;
    }
    seen.service_time = service_time_.average(now);
    seen.since_last_event = service_time_.since_last_event(now);
    seen.doubted = now.time_since_epoch().count() < doubted_until_.load(std::memory_order_relaxed);
    return seen;
  }

 private:
  [[nodiscard]] std::uint32_t full_limit() const noexcept { return limit_.load(std::memory_order_relaxed); }
  /// A server that speaks TLS goes by the name in its certificate.
  static std::string authority_of(const config::endpoint_config& config) {
    if (config.tls_server_name.empty()) return net::authority_of(config.address);
    return net::to_string({config.tls_server_name, config.address.port});
  }

  config::endpoint_config config_;
  std::string authority_;
  metrics::model_index model_;
  std::uint16_t number_;
  concurrency_limit learnt_;
  std::atomic<std::uint32_t> tunnels_{0};  ///< that hold no slot
  alignas(64) std::atomic<std::uint32_t> in_flight_{0};
  std::atomic<std::uint32_t> limit_;
  service_time service_time_;
  std::atomic<steady_time::rep> doubted_until_{0};  ///< written on failures only
  upstream::standing standing_;
  concurrency_ramp ramp_;
  alignas(64) answer_tally tally_;  ///< apart from what dispatch reads
};

static_assert(alignof(endpoint) == 64 && sizeof(endpoint) % 64 == 0, "the slot word must not share its cache line");

using endpoint_ptr = std::shared_ptr<endpoint>;

}  // namespace modelgate::upstream
