#pragma once

#include "control/runtime/container/container_driver.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/config/settings.hpp"

#include <memory>
#include <string>
#include <vector>

namespace modelgate {

/// The drivers of those container engines that the settings name; often none.
///
/// Shape: any-thread, as the drivers are; which there are is settled at the start.
class container_engines {
 public:
  container_engines(const config::settings& settings, const std::string& instance,
                    const control::runtime::container::find_pull_secret& find_secret,
                    control::runtime::model_store& models, bool on_trial, control::runtime::runtime_counts& counts);

  /// All drivers of images, `first` before the engines'.
  [[nodiscard]] std::vector<control::runtime::runtime_driver*> with(control::runtime::runtime_driver& first) const;
  /// The one that the settings choose for what belongs there; `processes` where that is no engine.
  [[nodiscard]] control::runtime::runtime_driver& choose(const config::settings& settings,
                                                         const control::runtime::placement& where,
                                                         control::runtime::runtime_driver& processes) const;

  void reconfigure(const config::settings& settings);
  void confirm();
  void let_go();
  void take_back();
  void hurry();
  /// All at the same time.
  void shutdown(steady_time deadline);
  [[nodiscard]] std::vector<metrics::gauge_reading> read() const;

 private:
  using driver = control::runtime::container::container_driver;
  std::unique_ptr<driver> docker_;
  std::unique_ptr<driver> podman_;
};

}  // namespace modelgate
