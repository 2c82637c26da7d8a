#pragma once

namespace modelgate::control::runtime {

/// Whether a replica may be sent requests, judged by its probes.
///
/// Ready with the first good one; unready only after several bad ones in a row, so that one slow answer under load
/// takes no capacity away.
///
/// Shape: one per instance; no clock, no I/O.
class readiness {
 public:
  static constexpr int failures_in_a_row = 3;

  explicit readiness(bool ready = false) noexcept : ready_{ready} {}

  /// Takes one probe's outcome; whether the answer of `ready()` changed.
  bool on_probe(bool healthy) noexcept {
    const bool before = ready_;
    if (healthy || failures_ < failures_in_a_row) failures_ = healthy ? 0 : failures_ + 1;
    if (healthy) ready_ = true;
    if (failures_ >= failures_in_a_row) ready_ = false;
    return before != ready_;
  }

  [[nodiscard]] bool ready() const noexcept { return ready_; }

 private:
  bool ready_;
  int failures_ = 0;
};

}  // namespace modelgate::control::runtime
