#pragma once

#include "control/runtime/runtime_driver.hpp"

#include <functional>
#include <map>

namespace modelgate::control::runtime {

/// Several ways of running replicas as one: a spec with an external source goes to the one for these, every other to the
/// one that its place is for.
///
/// Shape: any-thread; refers to all of them.
class driver_set final : public runtime_driver {
 public:
  /// Of one of `images`, whose first one is what is meant where no place is named.
  using choice = std::function<runtime_driver&(const placement&)>;

  /// One way of running images.
  driver_set(runtime_driver& images, runtime_driver& external);
  driver_set(std::vector<runtime_driver*> images, runtime_driver& external, choice choose);

  [[nodiscard]] std::string_view name() const noexcept override { return "set"; }
  [[nodiscard]] result<image_description, std::string> describe_image(std::string_view image,
                                                                      const placement& where = {}) const override {
    return choose_(where).describe_image(image, where);
  }
  [[nodiscard]] std::vector<image_description> list_images() const override;
  [[nodiscard]] diagnostics check_source(const domain::external_source& source) const override {
    return external_.check_source(source);
  }
  void follow(const std::vector<replica_source>& sources) override { external_.follow(sources); }
  [[nodiscard]] std::optional<source_state> source(const std::string& deployment,
                                                   std::uint64_t revision) const override {
    return external_.source(deployment, revision);
  }
  [[nodiscard]] std::vector<observed_replica> observe() const override;
  [[nodiscard]] result<void, std::string> start(const replica_spec& spec) override;
  void drain(const std::string& name) override;
  void stop(const std::string& name) override;
  void remove(const std::string& name) override;
  void forget_deployment(const std::string& deployment) override;
  [[nodiscard]] std::vector<std::string> kept_logs(const std::string& deployment) const override;
  [[nodiscard]] limit_report limits() const override { return choose_({}).limits(); }
  [[nodiscard]] result<std::unique_ptr<log_reader>> open_log(const std::string& name,
                                                             const log_query& query) const override;
  void set_change_listener(std::function<void()> listener) override;

 private:
  std::vector<runtime_driver*> images_;
  runtime_driver& external_;
  choice choose_;
};

}  // namespace modelgate::control::runtime
