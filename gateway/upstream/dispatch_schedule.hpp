#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace modelgate::upstream {

/// A replica as dispatch sees it at one instant.
struct replica_view {
  std::uint32_t in_flight = 0;
  std::uint32_t limit = 1;                       ///< of requests at a time; more than that wait here and not there
  std::chrono::nanoseconds service_time{0};      ///< zero: not known, taken to be like the fastest
  std::chrono::nanoseconds since_last_event{0};  ///< a request was sent there or came back
  bool doubted = false;                          ///< failed a moment ago
  bool ejected = false;                          ///< gets nothing as long as another one is there
  bool trial = false;          ///< was ejected and is tried by one request: whoever takes the slot begins its trial
  std::uint32_t withheld = 0;  ///< of the limit, which a replica that begins does not have yet
};

/// Decides which replica serves which waiter: the one that will be done first, which may be a busy one.
///
/// Waiters are asked for in the order of their arrival. Among replicas with a free slot the lowest
/// (in flight + 1) x service time is the best; it is left idle when a busy replica will have served the waiter sooner,
/// everyone before it included. On few, slow, uneven replicas this keeps the tail below what a queue in front of the
/// first free slot, or a choice at arrival, can.
///
/// Shape:  pure; one per decision, memory kept between them. Not more than `views` long.
/// Source: simulation of both alternatives, benchmarks/dispatch.
class dispatch_schedule {
 public:
  static constexpr std::size_t nobody = static_cast<std::size_t>(-1);

  struct place {
    std::size_t replica = nobody;
    bool now = false;  ///< else: wait for it
  };

  /// Takes a new look; forgets earlier placings. Among equals the first from `turn` on is the best.
  void look_at(std::span<const replica_view> replicas, std::size_t turn = 0);

  /// The place of the next waiter; absent when no replica but `except` is there.
  [[nodiscard]] std::optional<place> next(std::size_t except = nobody);

  [[nodiscard]] bool has_free_slots() const noexcept { return free_slots_ > 0; }

  /// Until a waiter at this place in the queue (0 is the first) can expect to be sent.
  [[nodiscard]] std::chrono::nanoseconds expected_wait(std::size_t ahead) const;

 private:
  struct candidate {
    std::uint32_t in_flight = 0;
    std::uint32_t limit = 1;
    std::chrono::nanoseconds service_time{0};
    std::chrono::nanoseconds next_free{0};  ///< until a slot of a full one is free for the next waiter
    std::chrono::nanoseconds period{0};     ///< between two slots that become free
    bool doubted = false;
    bool ejected = false;
  };

  /// Doubted and ejected replicas are taken when there are no others.
  [[nodiscard]] unsigned best_rank(std::size_t except) const noexcept;
  [[nodiscard]] static unsigned rank(const candidate& each) noexcept {
    return each.ejected ? 2U : each.doubted ? 1U : 0U;
  }

  std::vector<candidate> candidates_;
  std::size_t turn_ = 0;
  std::size_t free_slots_ = 0;
};

}  // namespace modelgate::upstream
