#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/http/head.hpp"
#include "modelgate/metrics/gateway_stats.hpp"
#include "modelgate/net/event_loop.hpp"
#include "modelgate/net/timer_wheel.hpp"
#include "modelgate/net/tls_context.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace modelgate::proxy {

/// The limits and timeouts of the data plane, from the config file.
struct proxy_settings {
  http::head_limits head_limits;
  std::chrono::milliseconds body_grace{5'000};
  std::uint64_t body_min_rate = 1'024;
  std::uint64_t answer_min_rate = 1'024;
  std::chrono::milliseconds contended_grace{2'000};
  std::uint64_t contended_min_rate = 65'536;
  std::chrono::milliseconds connect{1'000};
  std::chrono::milliseconds first_byte{60'000};
  std::chrono::milliseconds stream_idle{60'000};
  std::chrono::milliseconds tunnel_life{0};  ///< 0: no bound
  std::chrono::milliseconds replica_doubt{1'000};
  std::size_t retry_body_bytes = 1'048'576;
  std::size_t feedback_bytes = 1'048'576;
  std::size_t held_body_bytes = 262'144;
  std::size_t retry_percent = 10;
  std::size_t hedge_percent = 5;
  std::size_t memory_bytes = 0;  ///< of buffers, one worker's share; 0: no bound
  bool cancel_on_half_close = true;
  bool cors = true;
};

/// What every exchange of one worker shares.
///
/// Shape: worker-local; outlives every session. `scratch`, `request_head` and `response_head` are used between two
///        waits only: after a wait somebody else's bytes are in them.
struct worker_context {
  net::event_loop& loop;
  net::timer_wheel& wheel;
  std::span<char> scratch;
  metrics::worker_stats& stats;
  const proxy_settings& settings;  ///< the worker's own; another value may stand there after a wait
  http::request_head request_head;
  http::response_head response_head;
  std::string date;                          ///< the Date field's value, renewed every second
  net::tls_client_context_ptr upstream_tls;  ///< nullptr while no replica speaks TLS
  bool draining = false;                     ///< connections are not kept any more
  bool cutting = false;                      ///< draining took too long: whoever waits answers at once
  std::size_t memory_in_use = 0;  ///< bytes in input buffers and in bodies kept for slow peers or for a retry
  std::size_t half_heads = 0;     ///< clients who have begun a request's head and not ended it
  /// From the clock that only goes forward to the one that tells the time, renewed with every tick of the wheel.
  std::chrono::nanoseconds wall_offset{0};

  [[nodiscard]] system_time wall_time(steady_time at) const noexcept {
    return system_time{std::chrono::duration_cast<system_clock::duration>(at.time_since_epoch() + wall_offset)};
  }
  /// To read bodies into. Where much is kept for slow peers already, less is read at once: what a peer does not take of it
  /// is kept as well. Not where others wait for the slot: it is free again when all of an answer is here.
  [[nodiscard]] std::span<char> body_room(bool others_wait) const noexcept {
    constexpr std::size_t much = 2'097'152;
    constexpr std::size_t less = 12'288;
    return others_wait || memory_in_use < much ? scratch : scratch.first(std::min(scratch.size(), less));
  }
  [[nodiscard]] bool has_memory() const noexcept {
    return settings.memory_bytes == 0 || memory_in_use <= settings.memory_bytes;
  }
  /// Those who begin slowly get half of the memory, so that they do not keep all others out.
  [[nodiscard]] bool has_memory_for_half_a_head() const noexcept {
    return settings.memory_bytes == 0
           || (has_memory() && (half_heads + 1) * settings.head_limits.bytes <= settings.memory_bytes / 2);
  }
};

}  // namespace modelgate::proxy
