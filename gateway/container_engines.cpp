#include "gateway/container_engines.hpp"

#include "control/runtime/runtime_choice.hpp"

#include <thread>
#include <utility>

namespace modelgate {
namespace {

template <class Driver, class Call>
void for_each(const std::unique_ptr<Driver>& docker, const std::unique_ptr<Driver>& podman, Call call) {
  if (docker) call(*docker);
  if (podman) call(*podman);
}

}  // namespace

container_engines::container_engines(const config::settings& settings, const std::string& instance,
                                     const control::runtime::container::find_pull_secret& find_secret,
                                     control::runtime::model_store& models, bool on_trial,
                                     control::runtime::runtime_counts& counts) {
  using config::runtime_kind;
  if (!settings.docker_runtime.socket.empty())
    docker_ =
        std::make_unique<driver>(settings, runtime_kind::docker, instance, find_secret, &models, on_trial, &counts);
  if (!settings.podman_runtime.socket.empty())
    podman_ =
        std::make_unique<driver>(settings, runtime_kind::podman, instance, find_secret, &models, on_trial, &counts);
}

std::vector<control::runtime::runtime_driver*> container_engines::with(control::runtime::runtime_driver& first) const {
  std::vector<control::runtime::runtime_driver*> all{&first};
  for_each(docker_, podman_, [&](driver& each) { all.push_back(&each); });
  return all;
}

control::runtime::runtime_driver& container_engines::choose(const config::settings& settings,
                                                            const control::runtime::placement& where,
                                                            control::runtime::runtime_driver& processes) const {
  switch (control::runtime::choose_runtime(settings, where)) {
    case config::runtime_kind::docker:
      if (docker_) return *docker_;
      break;
    case config::runtime_kind::podman:
      if (podman_) return *podman_;
      break;
    case config::runtime_kind::process:
      break;
  }
  return processes;
}

void container_engines::reconfigure(const config::settings& settings) {
  for_each(docker_, podman_, [&](driver& each) { each.reconfigure(settings); });
}

void container_engines::confirm() {
  for_each(docker_, podman_, [](driver& each) { each.confirm(); });
}

void container_engines::let_go() {
  for_each(docker_, podman_, [](driver& each) { each.let_go(); });
}

void container_engines::take_back() {
  for_each(docker_, podman_, [](driver& each) { each.take_back(); });
}

void container_engines::hurry() {
  for_each(docker_, podman_, [](driver& each) { each.hurry(); });
}

void container_engines::shutdown(steady_time deadline) {
  std::thread beside;
  if (docker_ && podman_) {
    beside = std::thread{[this, deadline] { podman_->shutdown(deadline); }};
    docker_->shutdown(deadline);
    beside.join();
    return;
  }
  for_each(docker_, podman_, [deadline](driver& each) { each.shutdown(deadline); });
}

std::vector<metrics::gauge_reading> container_engines::read() const {
  std::vector<metrics::gauge_reading> all;
  for_each(docker_, podman_, [&](driver& each) {
    for (metrics::gauge_reading& reading : each.read()) all.push_back(std::move(reading));
  });
  return all;
}

}  // namespace modelgate
