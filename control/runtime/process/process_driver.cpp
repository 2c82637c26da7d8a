#include "control/runtime/process/process_driver.hpp"

#include "control/runtime/kept_logs.hpp"
#include "control/runtime/process/leftovers.hpp"
#include "control/runtime/process/process_driver_state.hpp"
#include "control/runtime/record_file.hpp"
#include "control/runtime/replica_name.hpp"

#include "modelgate/base/errc.hpp"
#include "modelgate/base/log.hpp"

#include <utility>

namespace modelgate::control::runtime::process {

process_driver::process_driver(const config::settings& settings, int held_lock, runtime_counts* counts)
    : state_{std::make_unique<state>(settings, held_lock)} {
  if (held_lock >= 0) state_->board.begin_trial();
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
  state_->thread.begin("runtime");
  state_->apply_to_all(&process_replica::resume);
  state_->thread.run_if_there([&] {
    state_->look_at_memory_later();
    state_->look_at_usage_later(state_->settings.process_runtime.usage_interval);
    state_->look_at_logs_later();
  });
}

process_driver::~process_driver() {
  shutdown(steady_clock::now() + state_->settings.process_runtime.stop_grace + patience_with_killed_replicas);
}

void process_driver::reconfigure(const config::settings& settings) {
  state_->thread.run_if_there([&] {
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
  });
}

void process_driver::hurry() {
  state_->board.hurry();
}

int process_driver::lock_descriptor() const noexcept {
  return state_->layout.lock_descriptor();
}

void process_driver::let_go() {
  const std::lock_guard one_at_a_time{state_->starting};
  state_->board.let_go();
  state_->thread.run_if_there([&] {
    for (const auto& [name, replica] : std::exchange(state_->replicas, {})) replica->let_go();
    state_->limits.let_go();
  });
}

void process_driver::confirm() {
  state_->board.confirm();
}

void process_driver::take_back() {
  const std::lock_guard one_at_a_time{state_->starting};
  state_->thread.run_if_there([&] { state_->load(); });
  state_->apply_to_all(&process_replica::resume);
  state_->board.take_back();
}

void process_driver::shutdown(steady_time deadline) {
  if (!state_->thread.has_begun()) return;
  const bool leaves_replicas = state_->board.begin_end();
  if (leaves_replicas) let_go();
  if (!leaves_replicas) state_->end_all(deadline);
  state_->thread.end();
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
  return state_->board.observe();
}

result<void, std::string> process_driver::start(const replica_spec& spec) {
  if (!is_replica_name(spec.name)) return "\"" + spec.name + "\" cannot be the name of a replica";
  const std::lock_guard one_at_a_time{state_->starting};
  if (!state_->board.may_start()) return std::string{"modelgate is stopping"};
  if (state_->board.is_running(spec.name)) return {};
  auto ground = state_->prepare(spec);
  return state_->thread.run([&]() -> state::outcome {
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
  state_->thread.run_if_there([&] {
    const auto replica = state_->find(name);
    if (!replica || !replica->has_exited()) return;
    delete_record(state_->layout.replica_folder(name));
    state_->layout.remove_own_folder(name);
    state_->replicas.erase(name);
    state_->board.forget(name);
    if (state_->models != nullptr) state_->models->release(name);
  });
}

void process_driver::forget_deployment(const std::string& deployment) {
  state_->thread.run_if_there([&] { remove_logs_of(state_->layout.replicas_folder(), deployment); });
}

std::vector<std::string> process_driver::kept_logs(const std::string& deployment) const {
  return find_logs(state_->layout.replicas_folder(), deployment);
}

limit_report process_driver::limits() const {
  return state_->limits.report();
}

result<std::unique_ptr<log_reader>> process_driver::open_log(const std::string& name, const log_query& query) const {
  if (!is_replica_name(name)) return make_error_code(errc::not_found);
  return log_file_reader::open(state_->layout.replica_folder(name), query, state_->board.end_of_log(name));
}

void process_driver::set_change_listener(std::function<void()> listener) {
  state_->thread.run_if_there([&] {
    if (listener) state_->limits.announce();  // somebody begins to work with it
    state_->board.set_listener(std::move(listener));
  });
}

}  // namespace modelgate::control::runtime::process
