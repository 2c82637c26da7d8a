#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <utility>

namespace modelgate::upstream {

/// Limits the share of a deployment's requests that may be sent again although a replica has seen bytes of them.
///
/// Without it, a slow or failing deployment is retried into an outage.
///
/// Shape:  any-thread; one per deployment for as long as it exists; touched on such retries only.
/// Units:  percent of the requests in flight over all workers; at least one retry at a time, unless it is 0.
/// Source: Google SRE book ch. 21, "Handling Overload".
class retry_budget {
 public:
  /// One retry's part of the budget, given back when it goes out of scope: when its answer begins or it has failed. Empty
  /// when there was none left.
  ///
  /// Shape: worker-local; the budget outlives it.
  class share {
   public:
    share() = default;
    share(share&& other) noexcept : of_{std::exchange(other.of_, nullptr)} {}
    share& operator=(share&& other) noexcept {
      std::swap(of_, other.of_);
      return *this;
    }
    ~share() {
      if (of_ != nullptr) of_->retrying_.fetch_sub(1, std::memory_order_relaxed);
    }
    [[nodiscard]] explicit operator bool() const noexcept { return of_ != nullptr; }

   private:
    friend class retry_budget;
    explicit share(retry_budget& of) noexcept : of_{&of} {}

    retry_budget* of_ = nullptr;
  };

  [[nodiscard]] share try_spend(std::size_t in_flight, std::size_t percent) noexcept {
    const std::size_t most = percent == 0 ? 0 : std::max<std::size_t>(1, in_flight * percent / 100);
    if (retrying_.fetch_add(1, std::memory_order_relaxed) < most) return share{*this};
    retrying_.fetch_sub(1, std::memory_order_relaxed);
    return share{};
  }

 private:
  std::atomic<std::size_t> retrying_{0};
};

}  // namespace modelgate::upstream
