#pragma once

#include "modelgate/base/clock.hpp"

#include <chrono>
#include <cstdint>

namespace modelgate::proxy {

/// The least speed at which a client has to send its body, so that dripping bytes holds no place for ever.
///
/// Time in which the gateway did not read, because the replica was slower, does not count against the client.
///
/// Shape:  one per request body.
/// Units:  bytes per second; `grace` passes before anything is asked.
class rate_floor {
 public:
  rate_floor() = default;
  rate_floor(steady_time start, std::chrono::milliseconds grace, std::uint64_t bytes_per_second) noexcept
      : start_{start}, grace_{grace}, rate_{bytes_per_second} {}

  void on_bytes(std::uint64_t count) noexcept { received_ += count; }
  void on_paused(steady_time now) noexcept {
    if (!paused_) {
      paused_ = true;
      paused_since_ = now;
    }
  }
  void on_resumed(steady_time now) noexcept {
    if (paused_) {
      paused_ = false;
      start_ += now - paused_since_;
    }
  }

  [[nodiscard]] bool is_paused() const noexcept { return paused_; }
  /// When the client will be too slow unless more bytes come.
  [[nodiscard]] steady_time due() const noexcept {
    if (paused_ || rate_ == 0) return steady_time::max();
    return start_ + grace_ + std::chrono::milliseconds{static_cast<std::int64_t>(received_ * 1'000 / rate_)};
  }

 private:
  steady_time start_{};
  std::chrono::milliseconds grace_{0};
  std::uint64_t rate_ = 0;
  std::uint64_t received_ = 0;
  bool paused_ = false;
  steady_time paused_since_{};
};

}  // namespace modelgate::proxy
