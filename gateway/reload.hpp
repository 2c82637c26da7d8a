#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/base/diagnostic.hpp"
#include "modelgate/base/result.hpp"
#include "modelgate/config/settings.hpp"
#include "modelgate/metrics/gauge_reading.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace modelgate {

/// File, environment and flags to settings, the same way at start and at every reload. Errors: every mistake at once.
using settings_reader = std::function<result<config::settings, diagnostics>()>;

/// The settings in use, and how they become others while the program runs.
///
/// Shape:  `now` and `readings` any-thread, `reload` one thread. What is asked for once per request never asks here.
class live_settings {
 public:
  live_settings(config::settings first, settings_reader read);

  [[nodiscard]] std::shared_ptr<const config::settings> now() const;

  /// Reads again and answers what holds then: all of it, or, with any mistake, nothing of it. Keys that only a restart
  /// can change keep their values and are named in a warning.
  /// Errors: false, and everything stays; the mistakes are in the log, each with its place and what to do.
  [[nodiscard]] bool reload();

  /// How reading went last.
  struct reading {
    std::filesystem::path file;  ///< empty: none is read
    system_time taken_at;        ///< when those that hold were read
    diagnostics mistakes;        ///< for which a later reading was refused; empty: none was
    std::uint64_t taken = 0;     ///< times that they were read again
  };
  [[nodiscard]] reading last_reading() const;

  /// How reloads went, for scrapes.
  [[nodiscard]] std::vector<metrics::gauge_reading> readings() const;

 private:
  const settings_reader read_;
  mutable std::mutex mutex_;
  std::shared_ptr<const config::settings> now_;
  diagnostics mistakes_;  ///< of the last reading
  system_time taken_at_;
  std::uint64_t taken_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace modelgate
