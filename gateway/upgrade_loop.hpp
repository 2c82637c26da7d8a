#pragma once

#include "gateway/predecessor.hpp"
#include "gateway/program_signals.hpp"
#include "gateway/reload.hpp"
#include "gateway/upgrade.hpp"
#include "gateway/upgrade_port.hpp"

#include "modelgate/metrics/gauge_reading.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace modelgate {

/// What the main thread does while the program serves: takes signals and requests for an upgrade, reloads and upgrades.
///
/// Shape: the main thread's; `readings` any-thread. Made after the lock of the data folder is held. Ends after what
///        serves requests, because the new program takes its end for that of this one.
class upgrade_loop {
 public:
  /// `before` may be null.
  upgrade_loop(const live_settings& live, predecessor* before);

  /// Until a signal ends the program, or another program is in charge. `reload` is called for each SIGHUP.
  void run_until_end(const program_signals& signals, const program_words& words, const upgrade_steps& steps,
                     const std::function<void()>& reload);
  /// Whether another program is in charge.
  [[nodiscard]] bool is_upgraded() const noexcept { return after_.has_value(); }

  /// What it has of a hand-over, for the next program and from the one before.
  void add_to(handover_offer& offer) const;
  void count_from(const handover_offer& offer);

  [[nodiscard]] std::vector<metrics::gauge_reading> readings() const;

 private:
  bool upgrade(const program_signals& signals, program_words words, upgrade_steps steps,
               const upgrade_request* request);
  [[nodiscard]] std::string wait_for_predecessor(const program_signals& signals, steady_time deadline) const;

  const live_settings& live_;
  predecessor* before_;
  std::atomic<std::uint64_t> succeeded_{0};
  std::atomic<std::uint64_t> failed_{0};
  std::optional<handover_channel> after_;  ///< open until the end
  upgrade_port port_;
};

}  // namespace modelgate
