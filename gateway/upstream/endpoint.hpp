#pragma once

#include "gateway/upstream/answer_tally.hpp"
#include "gateway/upstream/concurrency_limit.hpp"
#include "gateway/upstream/concurrency_ramp.hpp"
#include "gateway/upstream/dispatch_schedule.hpp"
#include "gateway/upstream/service_time.hpp"
#include "gateway/upstream/standing.hpp"

#include "modelgate/base/cache_line.hpp"
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
#include <vector>

namespace modelgate::upstream {

/// One replica as the data plane sees it.
///
/// `in_flight` counts its requests over all workers: models are few, slow and uneven, so dispatch must see the whole.
/// It is the one word of the request path that more than one thread changes by read-modify-write; with what dispatch
/// reads beside it, it has a cache line to itself, the only one that workers share and write for each request.
///
/// Shape: shared by all workers and by every snapshot that has the replica; the rest is immutable.
class endpoint {
 public:
  /// `declared` is how many requests at a time it was said to take; without that it is learnt, beginning with `learnt`.
  /// `ramp` is how long it may take until it gets as many; zero for one that has been serving. `number` tells it from
  /// others of its deployment. `workers`: how many count what it answers.
  endpoint(config::endpoint_config config, metrics::model_index model, std::optional<std::uint32_t> declared,
           std::chrono::nanoseconds ramp = {}, std::uint16_t number = 0, std::size_t workers = 1,
           std::uint32_t learnt = concurrency_limit::first)
      : config_{std::move(config)},
        authority_{authority_of(config_)},
        model_{model},
        number_{number},
        ramp_{ramp},
        tallies_(workers),
        shared_{{0}, {concurrency_limit::start(declared, learnt)}, {}, {0}, {}},
        learnt_{declared, learnt} {}

  [[nodiscard]] const config::endpoint_config& config() const noexcept { return config_; }
  [[nodiscard]] const std::string& authority() const noexcept { return authority_; }  ///< for the Host field
  [[nodiscard]] metrics::model_index model() const noexcept { return model_; }
  [[nodiscard]] std::uint16_t number() const noexcept { return number_; }

  /// Ordered with the queue's count of waiters, see dispatch_queue::has_waiters.
  [[nodiscard]] std::uint32_t in_flight() const noexcept { return shared_.in_flight.load(); }
  [[nodiscard]] std::uint32_t limit(steady_time now) const noexcept { return std::min(full_limit(), ramp_.most(now)); }
  /// What its answers have taught, whatever the ramp leaves of that; absent: it was declared.
  [[nodiscard]] std::optional<std::uint32_t> learnt_limit() const noexcept {
    return learnt_.is_declared() ? std::nullopt : std::optional{full_limit()};
  }
  [[nodiscard]] std::chrono::nanoseconds average_service_time(steady_time now) const noexcept {
    return shared_.service.average(now);
  }
  /// Zero when it is an average of too few, or of what was long ago.
  [[nodiscard]] std::chrono::nanoseconds settled_service_time(steady_time now) const noexcept {
    return shared_.service.is_settled() ? shared_.service.average(now) : std::chrono::nanoseconds{0};
  }
  void remember_only(std::chrono::nanoseconds service, steady_time now) noexcept {
    shared_.service.start_with(service, now);
  }
  /// For that worker to write.
  [[nodiscard]] answer_tally& tally(std::size_t worker) noexcept { return tallies_[worker]; }
  /// What all workers have counted.
  [[nodiscard]] answer_tally::totals counted() const noexcept {
    answer_tally::totals all;
    for (const answer_tally& each : tallies_) each.add_to(all);
    return all;
  }
  [[nodiscard]] upstream::standing& standing() noexcept { return shared_.standing; }
  [[nodiscard]] const upstream::standing& standing() const noexcept { return shared_.standing; }

  /// Another number of requests at a time, or none: learnt from here on.
  void declare(std::optional<std::uint32_t> concurrency) noexcept {
    if (learnt_.declare(concurrency))
      shared_.limit.store(concurrency_limit::start(concurrency), std::memory_order_relaxed);
  }

  /// Takes a slot if one is free, and with `trial` only together with the right to try it; false when other requests
  /// were faster.
  [[nodiscard]] bool try_take(steady_time now, bool trial = false) noexcept {
    if (trial && !shared_.standing.begin_trial(now)) return false;
    const std::uint32_t most = limit(now);
    std::uint32_t seen = in_flight();
    while (seen < most) {
      if (!shared_.in_flight.compare_exchange_weak(seen, seen + 1)) continue;
      shared_.service.touch(now);
      ramp_.on_request(now);
      return true;
    }
    if (trial) shared_.standing.end_trial();
    return false;
  }
  /// The same, but only while no request at all is on the replica.
  [[nodiscard]] bool try_take_idle(steady_time now) noexcept {
    std::uint32_t none = 0;
    if (!shared_.in_flight.compare_exchange_strong(none, 1)) return false;
    shared_.service.touch(now);
    ramp_.on_request(now);
    return true;
  }
  void release() noexcept { shared_.in_flight.fetch_sub(1); }

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
    shared_.service.record(service, now);
    ramp_.on_answer(full_limit());
    if (learnt_.is_declared()) return;
    window.add(service, in_flight());
    if (!window.is_worth_telling()) return;
    if (const auto limit = learnt_.observe(window)) shared_.limit.store(*limit, std::memory_order_relaxed);
    window = {};
  }

  /// After a request that it refused or reset, a replica is chosen last until `until`: one that is dying has the fewest
  /// requests in flight and would attract every next one.
  void doubt(steady_time until) noexcept {
    shared_.doubted_until.store(until.time_since_epoch().count(), std::memory_order_relaxed);
  }

  [[nodiscard]] replica_view view(steady_time now) const noexcept {
    replica_view seen;
    seen.in_flight = in_flight();
    const std::uint32_t full = full_limit();
    seen.limit = std::min(full, ramp_.most(now));
    seen.withheld = full - seen.limit;
    if (shared_.standing.is_ejected()) {
      seen.trial = shared_.standing.wants_trial(now) && seen.in_flight < seen.limit;
      seen.ejected = !seen.trial;
    }
    if (seen.trial) {
      // A place for one request, and nothing of what was known before: else a slow one would never be tried.
      seen.in_flight = 0;
      seen.limit = 1;
      return seen;
    }
    seen.service_time = shared_.service.average(now);
    seen.since_last_event = shared_.service.since_last_event(now);
    seen.doubted = now.time_since_epoch().count() < shared_.doubted_until.load(std::memory_order_relaxed);
    return seen;
  }

 private:
  [[nodiscard]] std::uint32_t full_limit() const noexcept { return shared_.limit.load(std::memory_order_relaxed); }
  /// A server that speaks TLS goes by the name in its certificate.
  static std::string authority_of(const config::endpoint_config& config) {
    if (config.tls_server_name.empty()) return net::authority_of(config.address);
    return net::to_string({config.tls_server_name, config.address.port});
  }

  /// The slot word and what dispatch reads beside it.
  struct alignas(cache_line) shared_line {
    std::atomic<std::uint32_t> in_flight;
    std::atomic<std::uint32_t> limit;
    service_time service;
    std::atomic<steady_time::rep> doubted_until;  ///< written on failures only
    upstream::standing standing;
  };
  static_assert(sizeof(shared_line) == cache_line, "the slot word and what is beside it share one cache line");

  // Read by every request, written by few: of a replica that begins.
  config::endpoint_config config_;
  std::string authority_;
  metrics::model_index model_;
  std::uint16_t number_;
  concurrency_ramp ramp_;
  std::vector<answer_tally> tallies_;  ///< by worker

  shared_line shared_;

  // Written once for each window of requests, and by tunnels.
  alignas(cache_line) concurrency_limit learnt_;
  std::atomic<std::uint32_t> tunnels_{0};  ///< that hold no slot
};

static_assert(alignof(endpoint) == cache_line && sizeof(endpoint) % cache_line == 0,
              "no other object is on an endpoint's cache lines");
static_assert(alignof(answer_tally) == cache_line, "no two workers count on one cache line");

using endpoint_ptr = std::shared_ptr<endpoint>;

}  // namespace modelgate::upstream
