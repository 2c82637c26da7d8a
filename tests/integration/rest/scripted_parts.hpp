#pragma once

#include "control/reconcile/reconcile_link.hpp"
#include "control/runtime/runtime_driver.hpp"

#include "modelgate/base/errc.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace modelgate::tests {

namespace runtime = control::runtime;
namespace reconcile = control::reconcile;
namespace domain = control::domain;

/// A log that was written down beforehand.
class written_log : public runtime::log_reader {
 public:
  explicit written_log(std::string text) : text_{std::move(text)} {}
  std::string read_more() override { return std::exchange(text_, {}); }
  bool finished() override { return text_.empty(); }

 private:
  std::string text_;
};

/// Knows two images and the logs that a test gives it; runs nothing.
class scripted_runtime : public runtime::runtime_driver {
 public:
  std::string_view name() const noexcept override { return "scripted"; }

  result<runtime::image_description, std::string> describe_image(std::string_view image,
                                                                 const runtime::placement&) const override {
    for (runtime::image_description& known : list_images()) {
      if (known.image == image) return std::move(known);
    }
    return {boost::system::in_place_error,
            "there is no image \"" + std::string{image} + "\"; there are demo/iris:1.0, demo/iris:2.0"};
  }
  std::vector<runtime::image_description> list_images() const override {
    runtime::image_description one;
    one.image = "demo/iris:1.0";
    one.description = "Iris";
    one.health_path = "/health/status";
    one.example_request = R"({"data":{"ndarray":[[5.1,3.5,1.4,0.2]]}})";
    runtime::image_description two = one;
    two.image = "demo/iris:2.0";
    two.concurrency = 4;
    return {two, one};
  }
  result<std::unique_ptr<runtime::log_reader>> open_log(const std::string& name,
                                                        const runtime::log_query& query) const override {
    const std::lock_guard guard{mutex_};
    last_query_ = query;
    const auto found = logs_.find(name + (query.previous && !every_log_is_previous_ ? " before" : ""));
    if (found == logs_.end()) return make_error_code(errc::not_found);
    return std::unique_ptr<runtime::log_reader>{std::make_unique<written_log>(found->second)};
  }

  diagnostics check_source(const domain::external_source& source) const override {
    if (source.file) return {{"/file", "NOT_AVAILABLE", "this server reads no files"}};
    return {};
  }
  std::vector<runtime::observed_replica> observe() const override { return {}; }
  result<void, std::string> start(const runtime::replica_spec&) override {
    return {boost::system::in_place_error, "this driver starts nothing"};
  }
  runtime::limit_report limits() const override { return {"enforced", "cgroup1", "no cgroup v2"}; }
  void drain(const std::string&) override {}
  void stop(const std::string&) override {}
  void remove(const std::string&) override {}
  void set_change_listener(std::function<void()>) override {}

  void write_log(std::string replica, std::string text) {
    const std::lock_guard guard{mutex_};
    logs_[std::move(replica)] = std::move(text);
  }
  /// No replica has been started again: what it wrote is no previous instance's.
  void tell_instances_apart() { every_log_is_previous_ = false; }
  /// As if that replica had been forgotten.
  void keep_log(std::string deployment, std::string replica) {
    const std::lock_guard guard{mutex_};
    kept_[std::move(deployment)].push_back(std::move(replica));
  }
  std::vector<std::string> kept_logs(const std::string& deployment) const override {
    const std::lock_guard guard{mutex_};
    const auto found = kept_.find(deployment);
    return found == kept_.end() ? std::vector<std::string>{} : found->second;
  }
  void forget_deployment(const std::string& deployment) override {
    const std::lock_guard guard{mutex_};
    forgotten_.push_back(deployment);
  }
  std::vector<std::string> forgotten() const {
    const std::lock_guard guard{mutex_};
    return forgotten_;
  }
  runtime::log_query last_query() const {
    const std::lock_guard guard{mutex_};
    return last_query_;
  }

 private:
  mutable std::mutex mutex_;
  mutable runtime::log_query last_query_;
  bool every_log_is_previous_ = true;
  std::map<std::string, std::string> logs_;
  std::map<std::string, std::vector<std::string>> kept_;
  std::vector<std::string> forgotten_;
};

/// Reports the replicas that a test says there are.
class scripted_reconciler : public reconcile::reconcile_link {
 public:
  void wake() override { ++wakes; }
  bool publish_and_wait(steady_time) override {
    ++publications;
    if (on_publish) on_publish();
    return live;
  }
  domain::deployment_status status_of(const domain::deployment& deployment, const std::string& refusal) const override {
    const std::lock_guard guard{mutex_};
    domain::deployment_status status;
    const auto found = replicas_.find(deployment.id);
    if (found != replicas_.end()) status.replicas = found->second;
    status.available_replicas = static_cast<std::uint32_t>(status.replicas.size());
    const bool ends = deployment.current.spec.stop || deployment.deleting;
    if (!refusal.empty()) {
      status.phase = domain::deployment_phase::failed;
      status.message = refusal;
    } else if (ends) {
      status.phase = status.replicas.empty() ? domain::deployment_phase::stopped : domain::deployment_phase::stopping;
    } else {
      status.phase = status.replicas.empty() ? domain::deployment_phase::deploying : domain::deployment_phase::deployed;
      if (status.replicas.empty()) status.message = domain::not_available_yet;
    }
    return status;
  }

  /// Ready replicas of a deployment, by name.
  void set_replicas(const std::string& deployment, const std::vector<std::string>& names,
                    const std::optional<domain::replica_usage>& usage = {}) {
    const std::lock_guard guard{mutex_};
    auto& replicas = replicas_[deployment];
    replicas.clear();
    for (const std::string& name : names) {
      replicas.push_back({name, 1, domain::replica_phase::ready, "", parse_rfc3339("2026-01-31T12:00:00Z").value(),
                          "advisory", "polling", 0, usage});
    }
  }

  std::atomic<int> wakes{0};
  std::atomic<int> publications{0};
  std::atomic<bool> live{true};
  std::function<void()> on_publish;  ///< called by whoever publishes, on his thread

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<domain::replica_status>> replicas_;
};

}  // namespace modelgate::tests
