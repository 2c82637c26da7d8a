#include "control/runtime/process/process_driver.hpp"

#include "control/runtime/process/leftovers.hpp"
#include "control/runtime/process/process_driver_state.hpp"
#include "control/runtime/replica_name.hpp"

#include "modelgate/base/errc.hpp"
#include "modelgate/base/log.hpp"

#include <pthread.h>

#include <utility>

namespace modelgate::control::runtime::process {

process_driver::process_driver(const config::settings& settings, int held_lock, runtime_counts* counts)
    : state_{std::make_unique<state>(settings, held_lock)} {
  state_->on_trial = held_lock >= 0;
  state_->context.counts = counts;
  if (!state_->context.guarded) {
    log::warning("runtime",
                 "this kernel has no Landlock: the data folder is kept from replicas by its mode and user only");
  }
  if (!can_give_marks()) {
    log::warning("runtime",
                 "the limit of file locks is lowered here: replicas' processes are known by their environment only");
  }
  for (const std::string& sentence : state_->catalogue.list().broken) log::warning("runtime", sentence);

  state_->load();
  state_->running = true;
  state_->thread = std::thread{[state = state_.get()] {
    ::pthread_setname_np(::pthread_self(), "runtime");
    state->loop.run();
  }};
  state_->apply_to_all(&process_replica::resume);
  static_cast<void>(state_->run([&]() -> state::outcome {
    state_->look_at_memory_later();
    state_->look_at_usage_later(state_->settings.process_runtime.usage_interval);
    state_->look_at_logs_later();
    return {};
  }));
}

process_driver::~process_driver() {
  shutdown(steady_clock::now() + state_->settings.process_runtime.stop_grace + patience_with_killed_replicas);
}

void process_driver::reconfigure(const config::settings& settings) {
  static_cast<void>(state_->run([&]() -> state::outcome {
    config::process_runtime_settings& held = state_->settings.process_runtime;
    config::process_runtime_settings next = settings.process_runtime;
    next.user = held.user;
    next.work_folder = held.work_folder;
    held = std::move(next);
    state_->settings.limits = settings.limits;
    state_->context.log = {settings.limits.log_bytes, settings.limits.log_rate_bytes};
    state_->look_at_usage_later(held.usage_interval);
    state_->log_timer.cancel();
    state_->look_at_logs_later();
    return {};
  }));
}

void process_driver::hurry() {
  {
    const std::lock_guard lock{state_->shown_mutex};
    state_->hurried = true;
  }
  state_->shown_changed.notify_all();
}

int process_driver::lock_descriptor() const noexcept {
  return state_->layout.lock_descriptor();
}

void process_driver::let_go() {
  const std::lock_guard one_at_a_time{state_->starting};
  {
    const std::lock_guard lock{state_->shown_mutex};
    state_->let_go = true;
  }
  static_cast<void>(state_->run([&]() -> state::outcome {
    for (const auto& [name, replica] : std::exchange(state_->replicas, {})) replica->let_go();
    state_->limits.let_go();
    return {};
  }));
}

void process_driver::confirm() {
  const std::lock_guard lock{state_->shown_mutex};
  state_->on_trial = false;
}

void process_driver::take_back() {
  const std::lock_guard one_at_a_time{state_->starting};
  static_cast<void>(state_->run([&]() -> state::outcome {
    state_->load();
    return {};
  }));
  state_->apply_to_all(&process_replica::resume);
  const std::lock_guard lock{state_->shown_mutex};
  state_->let_go = false;
}

void process_driver::shutdown(steady_time deadline) {
  if (!state_->thread.joinable()) return;
  bool leaves_replicas = false;
  {
    const std::lock_guard lock{state_->shown_mutex};
    state_->stopping = true;
    leaves_replicas = state_->let_go || state_->on_trial;
  }
  if (leaves_replicas) let_go();
  if (!leaves_replicas) state_->end_all(deadline);
  {
    const std::unique_lock lock{state_->running_mutex};
    state_->running = false;
  }
  state_->loop.stop();
  state_->thread.join();
  if (leaves_replicas) return;
  end_unknown_processes(state_->context.cookie_prefix, {});
  state_->limits.remove_all();
  state_->layout.remove_work_folder();
}

std::filesystem::path process_driver::models_folder() const {
  return state_->layout.models_folder();
}

void process_driver::use_models(model_store& models) {
  const std::lock_guard one_at_a_time{state_->starting};
  state_->models = &models;
}

const std::string& process_driver::instance() const noexcept {
  return state_->layout.instance();
}

result<image_description, std::string> process_driver::describe_image(std::string_view image,
                                                                      const placement& /*where*/) const {
  auto found = state_->catalogue.find(image);
  if (!found) return {boost::system::in_place_error, found.error()};
  return {boost::system::in_place_value, std::move(found->manifest.description)};
}

std::vector<image_description> process_driver::list_images() const {
  return state_->catalogue.list().images;
}

std::vector<observed_replica> process_driver::observe() const {
  const std::lock_guard lock{state_->shown_mutex};
  std::vector<observed_replica> answer;
  answer.reserve(state_->shown.size());
  for (const auto& [name, replica] : state_->shown) answer.push_back(replica.seen);
  return answer;
}

result<void, std::string> process_driver::start(const replica_spec& spec) {
  if (!is_replica_name(spec.name)) return "\"" + spec.name + "\" cannot be the name of a replica";
  const std::lock_guard one_at_a_time{state_->starting};
  {
    const std::lock_guard lock{state_->shown_mutex};
    if (state_->stopping || state_->let_go) return std::string{"modelgate is stopping"};
    const auto found = state_->shown.find(spec.name);
    if (found != state_->shown.end() && found->second.seen.phase != domain::replica_phase::exited) return {};
  }
  auto ground = state_->prepare(spec);
  return state_->run([&]() -> state::outcome {
    if (const auto replica = state_->find(spec.name); replica && !replica->has_exited()) return {};
    return state_->launch(spec, std::move(ground));
  });
}

void process_driver::drain(const std::string& name) {
  state_->apply(name, &process_replica::drain);
}

void process_driver::stop(const std::string& name) {
  state_->apply(name, &process_replica::stop);
}

void process_driver::remove(const std::string& name) {
  static_cast<void>(state_->run([&]() -> state::outcome {
    const auto replica = state_->find(name);
    if (!replica || !replica->has_exited()) return {};
    delete_record(state_->layout.replica_folder(name));
    state_->layout.remove_own_folder(name);
    state_->replicas.erase(name);
    state_->forget(name);
    if (state_->models != nullptr) state_->models->release(name);
    return {};
  }));
}

void process_driver::forget_deployment(const std::string& deployment) {
  static_cast<void>(state_->run([&]() -> state::outcome {
    remove_logs_of(state_->layout.replicas_folder(), deployment);
    return {};
  }));
}

std::vector<std::string> process_driver::kept_logs(const std::string& deployment) const {
  return find_logs(state_->layout.replicas_folder(), deployment);
}

limit_report process_driver::limits() const {
  return state_->limits.report();
}

result<std::unique_ptr<log_reader>> process_driver::open_log(const std::string& name, const log_query& query) const {
  if (!is_replica_name(name)) return make_error_code(errc::not_found);
  log_end end = std::make_shared<const std::atomic<bool>>(true);  // of a replica that was removed
  {
    const std::lock_guard lock{state_->shown_mutex};
    if (const auto found = state_->shown.find(name); found != state_->shown.end()) end = found->second.end;
  }
  return log_file_reader::open(state_->layout.replica_folder(name), query, std::move(end));
}

void process_driver::set_change_listener(std::function<void()> listener) {
  static_cast<void>(state_->run([&]() -> state::outcome {
    if (listener) state_->limits.announce();  // somebody begins to work with it
    const std::lock_guard lock{state_->shown_mutex};
    state_->listener = std::move(listener);
    return {};
  }));
}

}  // namespace modelgate::control::runtime::process
