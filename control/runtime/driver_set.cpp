#include "control/runtime/driver_set.hpp"

#include "modelgate/base/errc.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace modelgate::control::runtime {

driver_set::driver_set(runtime_driver& images, runtime_driver& external)
    : driver_set{{&images}, external, [&images](const placement&) -> runtime_driver& { return images; }} {}

driver_set::driver_set(std::vector<runtime_driver*> images, runtime_driver& external, choice choose)
    : images_{std::move(images)}, external_{external}, choose_{std::move(choose)} {}

std::vector<image_description> driver_set::list_images() const {
  std::vector<image_description> all;
  for (const runtime_driver* driver : images_) {
    std::vector<image_description> some = driver->list_images();
    all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.image < b.image; });
  return all;
}

std::vector<observed_replica> driver_set::observe() const {
  std::vector<observed_replica> all = external_.observe();
  for (const runtime_driver* driver : images_) {
    std::vector<observed_replica> some = driver->observe();
    all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  return all;
}

result<void, std::string> driver_set::start(const replica_spec& spec) {
  if (spec.external) return external_.start(spec);
  runtime_driver& chosen = choose_({spec.group, spec.instance_type});
  // Where it was run before the settings said otherwise, it has exited: a name is never there twice.
  for (runtime_driver* driver : images_) {
    if (driver != &chosen) driver->remove(spec.name);
  }
  return chosen.start(spec);
}

// One of them knows the name, and the others ignore it.
void driver_set::drain(const std::string& name) {
  for (runtime_driver* driver : images_) driver->drain(name);
  external_.drain(name);
}

void driver_set::stop(const std::string& name) {
  for (runtime_driver* driver : images_) driver->stop(name);
  external_.stop(name);
}

void driver_set::remove(const std::string& name) {
  for (runtime_driver* driver : images_) driver->remove(name);
  external_.remove(name);
}

void driver_set::forget_deployment(const std::string& deployment) {
  for (runtime_driver* driver : images_) driver->forget_deployment(deployment);
}

std::vector<std::string> driver_set::kept_logs(const std::string& deployment) const {
  std::vector<std::string> all;
  for (const runtime_driver* driver : images_) {
    std::vector<std::string> some = driver->kept_logs(deployment);
    all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// External ones have no log here.
result<std::unique_ptr<log_reader>> driver_set::open_log(const std::string& name, const log_query& query) const {
  result<std::unique_ptr<log_reader>> opened = make_error_code(errc::not_found);
  for (const runtime_driver* driver : images_) {
    opened = driver->open_log(name, query);
    if (opened) break;
  }
  return opened;
}

void driver_set::set_change_listener(std::function<void()> listener) {
  for (runtime_driver* driver : images_) driver->set_change_listener(listener);
  external_.set_change_listener(std::move(listener));
}

}  // namespace modelgate::control::runtime
