#include "control/runtime/container/container_driver.hpp"

#include "control/runtime/container/container_driver_state.hpp"
#include "control/runtime/container/container_image.hpp"
#include "control/runtime/kept_logs.hpp"
#include "control/runtime/replica_name.hpp"

#include "modelgate/base/errc.hpp"

#include <utility>

namespace modelgate::control::runtime::container {
namespace {}  // namespace

container_driver::container_driver(const config::settings& settings, config::runtime_kind engine, std::string instance,
                                   find_pull_secret find_secret, model_store* models, bool on_trial,
                                   runtime_counts* counts)
    : state_{std::make_unique<state>(settings, engine, std::move(instance), std::move(find_secret))} {
  if (on_trial) state_->board.begin_trial();
  state_->context.counts = counts;
  state_->context.models = models;
  state_->begin();
}

container_driver::~container_driver() {
  shutdown(steady_clock::now() + state_->settings.process_runtime.stop_grace);
}

void container_driver::reconfigure(const config::settings& settings) {
  state_->thread.run_if_there([&] {
    const auto socket_of = [](config::container_runtime_settings& held, config::container_runtime_settings next) {
      next.socket = held.socket;
      held = std::move(next);
    };
    socket_of(state_->settings.docker_runtime, settings.docker_runtime);
    socket_of(state_->settings.podman_runtime, settings.podman_runtime);
    state_->settings.process_runtime = settings.process_runtime;
    state_->settings.limits = settings.limits;
    state_->context.log = {settings.limits.log_bytes, settings.limits.log_rate_bytes};
    state_->engine.set_limits({state_->context.settings.call_timeout, state_->context.settings.pull_timeout});
    state_->look_at_usage_later();
    state_->look_at_logs_later();
  });
}

void container_driver::hurry() {
  state_->board.hurry();
}

void container_driver::let_go() {
  state_->board.let_go();
  state_->thread.run_if_there([&] { state_->let_go_of_all(); });
}

void container_driver::take_back() {
  state_->thread.run_if_there([&] { state_->load(); });
  state_->board.take_back();
}

void container_driver::confirm() {
  state_->board.confirm();
}

void container_driver::shutdown(steady_time deadline) {
  if (!state_->thread.has_begun()) return;
  if (state_->board.begin_end()) {
    let_go();
  } else {
    state_->end_all(deadline);
  }
  state_->thread.end();
}

std::vector<metrics::gauge_reading> container_driver::read() const {
  const std::lock_guard lock{state_->engine_mutex};
  return {{"modelgate_container_engine_up",
           "Whether the container engine answers.",
           {{"engine", state_->display}},
           state_->trouble.empty() ? 1.0 : 0.0,
           false}};
}

std::string_view container_driver::name() const noexcept {
  return state_->display;
}

result<image_description, std::string> container_driver::describe_image(std::string_view image,
                                                                        const placement& /*where*/) const {
  if (const auto named = parse_container_image(image); !named) return {boost::system::in_place_error, named.error()};
  return {boost::system::in_place_value, state_->images.describe(image)};
}

std::vector<image_description> container_driver::list_images() const {
  return state_->images.list();
}

std::vector<observed_replica> container_driver::observe() const {
  return state_->board.observe();
}

result<void, std::string> container_driver::start(const replica_spec& spec) {
  if (!is_replica_name(spec.name)) return "\"" + spec.name + "\" cannot be the name of a replica";
  if (!state_->board.may_start()) return std::string{"modelgate is stopping"};
  return state_->thread.run([&]() -> state::outcome {
    auto replica = state_->find(spec.name);
    if (replica && !replica->has_exited()) return {};
    if (replica && replica->is_being_removed()) return std::string{"its last container is still being removed"};
    if (!replica) {
      container_record record;
      record.spec = spec;
      replica = std::make_shared<container_replica>(state_->context, std::move(record));
      state_->replicas[spec.name] = replica;
    }
    replica->launch(spec);
    state_->bound_logs_of(spec.deployment);
    return {};
  });
}

void container_driver::drain(const std::string& name) {
  state_->apply(name, &container_replica::drain);
}

void container_driver::stop(const std::string& name) {
  state_->apply(name, &container_replica::stop);
}

void container_driver::remove(const std::string& name) {
  state_->apply(name, &container_replica::remove);
}

void container_driver::forget_deployment(const std::string& deployment) {
  state_->thread.run_if_there([&] { remove_logs_of(state_->folder, deployment); });
}

std::vector<std::string> container_driver::kept_logs(const std::string& deployment) const {
  return find_logs(state_->folder, deployment);
}

limit_report container_driver::limits() const {
  const std::lock_guard lock{state_->engine_mutex};
  return state_->limits;
}

result<std::unique_ptr<log_reader>> container_driver::open_log(const std::string& name, const log_query& query) const {
  if (!is_replica_name(name)) return make_error_code(errc::not_found);
  return log_file_reader::open(state_->folder / name, query, state_->board.end_of_log(name));
}

void container_driver::set_change_listener(std::function<void()> listener) {
  state_->board.set_listener(std::move(listener));
}

}  // namespace modelgate::control::runtime::container
