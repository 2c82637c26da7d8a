#pragma once

#include "control/runtime/runtime_driver.hpp"

namespace modelgate::control::runtime {

/// Two ways of running replicas as one: a spec with an external source goes to the one for these, every other to the one
/// for images.
///
/// Shape: any-thread; refers to both.
class driver_set final : public runtime_driver {
 public:
  driver_set(runtime_driver& images, runtime_driver& external) noexcept : images_{images}, external_{external} {}

  [[nodiscard]] std::string_view name() const noexcept override { return "set"; }
  [[nodiscard]] result<image_description, std::string> describe_image(std::string_view image) const override {
    return images_.describe_image(image);
  }
  [[nodiscard]] std::vector<image_description> list_images() const override { return images_.list_images(); }
  [[nodiscard]] diagnostics check_source(const domain::external_source& source) const override {
    return external_.check_source(source);
  }
  void follow(const std::vector<replica_source>& sources) override { external_.follow(sources); }
  [[nodiscard]] std::optional<source_state> source(const std::string& deployment,
                                                   std::uint64_t revision) const override {
    return external_.source(deployment, revision);
  }
  [[nodiscard]] std::vector<observed_replica> observe() const override;
  [[nodiscard]] result<void, std::string> start(const replica_spec& spec) override {
    return (spec.external ? external_ : images_).start(spec);
  }
  void drain(const std::string& name) override;
  void stop(const std::string& name) override;
  void remove(const std::string& name) override;
  void forget_deployment(const std::string& deployment) override { images_.forget_deployment(deployment); }
  [[nodiscard]] std::vector<std::string> kept_logs(const std::string& deployment) const override {
    return images_.kept_logs(deployment);
  }
  [[nodiscard]] limit_report limits() const override { return images_.limits(); }
  [[nodiscard]] result<std::unique_ptr<log_reader>> open_log(const std::string& name,
                                                             const log_query& query) const override {
    return images_.open_log(name, query);  // external ones have no log here
  }
  void set_change_listener(std::function<void()> listener) override;

 private:
  runtime_driver& images_;
  runtime_driver& external_;
};

}  // namespace modelgate::control::runtime
