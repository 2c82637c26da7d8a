#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/config/snapshot.hpp"
#include "modelgate/metrics/deployment_stats.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace modelgate::upstream {

/// One replica as the data plane sees it.
///
/// `in_flight` counts its requests over all workers: models are few, slow and uneven, so dispatch must see the whole.
/// It is the one word of the request path that more than one thread writes, and has a cache line to itself.
///
/// Shape: shared by all workers and by every snapshot that has the replica; the rest is immutable.
class endpoint {
 public:
  endpoint(config::endpoint_config config, metrics::model_index model)
      : config_{std::move(config)}, authority_{net::to_string(config_.address)}, model_{model} {}

  [[nodiscard]] const config::endpoint_config& config() const noexcept { return config_; }
  [[nodiscard]] const std::string& authority() const noexcept { return authority_; }  ///< for the Host field
  [[nodiscard]] metrics::model_index model() const noexcept { return model_; }

  [[nodiscard]] std::uint32_t in_flight() const noexcept { return in_flight_.load(std::memory_order_relaxed); }
  /// Takes a slot if the count is still `seen`; false when another worker was faster.
  [[nodiscard]] bool try_take(std::uint32_t seen) noexcept {
    return in_flight_.compare_exchange_strong(seen, seen + 1, std::memory_order_acq_rel, std::memory_order_relaxed);
  }
  void release() noexcept { in_flight_.fetch_sub(1, std::memory_order_acq_rel); }

  /// After a request that it refused or reset, a replica is chosen last until `until`: one that is dying has the fewest
  /// requests in flight and would attract every next one.
  void doubt(steady_time until) noexcept {
    doubted_until_.store(until.time_since_epoch().count(), std::memory_order_relaxed);
  }
  [[nodiscard]] bool is_doubted(steady_time now) const noexcept {
    return now.time_since_epoch().count() < doubted_until_.load(std::memory_order_relaxed);
  }

 private:
  config::endpoint_config config_;
  std::string authority_;
  metrics::model_index model_;
  alignas(64) std::atomic<std::uint32_t> in_flight_{0};
  std::atomic<steady_time::rep> doubted_until_{0};  ///< read together with the count, written on failures only
};

static_assert(alignof(endpoint) == 64 && sizeof(endpoint) % 64 == 0, "the slot word must not share its cache line");

using endpoint_ptr = std::shared_ptr<endpoint>;

/// One request's place on a replica; given back when it goes out of scope.
class slot {
 public:
  slot() = default;
  explicit slot(endpoint_ptr taken) noexcept : endpoint_{std::move(taken)} {}
  slot(slot&& other) noexcept : endpoint_{std::move(other.endpoint_)} {}
  slot& operator=(slot&& other) noexcept {
    if (this != &other) {
      give_back();
      endpoint_ = std::move(other.endpoint_);
    }
    return *this;
  }
  ~slot() { give_back(); }

  [[nodiscard]] explicit operator bool() const noexcept { return endpoint_ != nullptr; }
  [[nodiscard]] endpoint& operator*() const noexcept { return *endpoint_; }
  [[nodiscard]] endpoint* operator->() const noexcept { return endpoint_.get(); }
  [[nodiscard]] const endpoint_ptr& shared() const noexcept { return endpoint_; }

 private:
  void give_back() noexcept {
    if (endpoint_) endpoint_->release();
    endpoint_.reset();
  }

  endpoint_ptr endpoint_;
};

}  // namespace modelgate::upstream
