// What happens on the driver's thread, and what has to be ready before.
#include "control/runtime/process/process_driver_state.hpp"

#include "control/runtime/bound_logs.hpp"
#include "control/runtime/process/data_folder_guard.hpp"
#include "control/runtime/process/leftovers.hpp"
#include "control/runtime/record_file.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace modelgate::control::runtime::process {
namespace {

using std::chrono::milliseconds;

}  // namespace

process_driver::state::state(const config::settings& given, int held_lock)
    : settings{given},
      layout{settings, held_lock},
      catalogue{settings.catalogue},
      limits{settings.process_runtime, layout.instance()},
      context{thread.loop(),
              settings.process_runtime,
              settings.health,
              {settings.limits.log_bytes, settings.limits.log_rate_bytes},
              layout.data_folder(),
              layout.user(),
              is_guard_supported(),
              layout.instance() + ".",
              {},
              probe_pace{settings.health.probe_jitter},
              limits,
              [this](const process_replica& replica) { show(replica); },
              [this](const std::string& deployment) {
                bound_logs(deployment, replicas, layout.replicas_folder(), settings.limits);
              }},
      copies{layout.images_folder()} {}

void process_driver::state::show(const process_replica& replica) {
  board.show(replica.observe(), replica.end_of_log());
}

std::shared_ptr<process_replica> process_driver::state::find(const std::string& name) const {
  const auto found = replicas.find(name);
  return found == replicas.end() ? nullptr : found->second;
}

void process_driver::state::apply(const std::string& name, void (process_replica::*operation)()) {
  thread.run_if_there([&] {
    if (const auto replica = find(name)) ((*replica).*operation)();
  });
}

void process_driver::state::apply_to_all(void (process_replica::*operation)()) {
  thread.run_if_there([&] {
    const auto all = replicas;
    for (const auto& [name, replica] : all) ((*replica).*operation)();
  });
}

/// Everything that takes long and needs no watching: on the caller's thread, which holds `starting`.
result<launch_ground, process_driver::state::unprepared> process_driver::state::prepare(const replica_spec& spec) {
  launch_ground ground;
  ground.asked_at = steady_clock::now();
  auto image = catalogue.find(spec.model_image);
  if (!image) return unprepared{image.error(), domain::failure_cause::image};
  std::set<std::string> used;
  auto asked = thread.run([&]() -> outcome {
    for (const auto& [name, replica] : replicas) used.insert(replica->record().image_copy);
    return {};
  });
  if (!asked) return unprepared{asked.error()};
  auto copy = copies.ensure(*image, catalogue.root());
  if (!copy) return unprepared{copy.error(), domain::failure_cause::image};
  if (context.counts != nullptr) context.counts->on_pull(steady_clock::now() - ground.asked_at);
  used.insert(*copy);
  copies.remove_all_but(used);
  const auto own_folder = layout.make_own_folder(spec.name);
  if (!own_folder) return unprepared{"a folder for it cannot be made: " + own_folder.error().message()};

  if (spec.model_uri && models != nullptr) {
    // Others wait for their turn meanwhile. One that takes longer is there when this one is started again.
    constexpr milliseconds patience_with_model{500};
    const milliseconds patience = models->is_fetching(spec.name) ? milliseconds{0} : patience_with_model;
    auto model = models->ensure_within(spec.name, *spec.model_uri, patience);
    if (!model) {
      const bool is_coming = models->is_fetching(spec.name);
      return unprepared{model.error(), is_coming ? domain::failure_cause::none : domain::failure_cause::model};
    }
    ground.model = std::move(*model);
  }

  ground.command = std::move(image->manifest.command);
  ground.image_environment = std::move(image->manifest.environment);
  ground.working_folder = (copies.path_of(*copy) / image->manifest.working_folder).lexically_normal();
  ground.own_folder = *own_folder;
  ground.socket = layout.short_way(spec.name) / "model.sock";
  ground.image_copy = *copy;
  const image_description& described = image->manifest.description;
  ground.health_path = described.health_path;
  if (settings.health.warm_up) {
    ground.warm_up = find_warm_up(spec.example_request ? spec.example_request : described.example_request,
                                  spec.protocol.value_or(described.protocol), image->manifest.example_path);
  }
  return ground;
}

process_driver::state::outcome process_driver::state::launch(const replica_spec& spec,
                                                             result<launch_ground, unprepared> ground) {
  auto& replica = replicas[spec.name];
  if (!replica) {
    std::error_code problem;
    std::filesystem::create_directory(layout.replica_folder(spec.name), problem);
    replica_record record;
    record.spec = spec;
    replica = std::make_shared<process_replica>(context, layout.replica_folder(spec.name), std::move(record));
  }
  if (ground) {
    auto launched = replica->launch(spec, std::move(*ground));
    bound_logs(spec.deployment, replicas, layout.replicas_folder(), settings.limits);
    return launched;
  }
  replica->fail_to_launch(spec, ground.error().why, ground.error().cause);
  return ground.error().why;
}

/// Takes in what the records say, and ends what they do not know.
void process_driver::state::load() {
  board.clear();
  std::set<replica_mark> known;
  std::set<std::string> used_copies;
  std::set<std::string> names;
  std::set<std::string> grouped;
  for (replica_record& record : load_records(layout)) {
    if (record.phase != domain::replica_phase::exited) known.insert(mark_of(record.cookie));
    used_copies.insert(record.image_copy);
    const std::string name = record.spec.name;
    names.insert(name);
    if (record.group) grouped.insert(name);
    auto replica = std::make_shared<process_replica>(context, layout.replica_folder(name), std::move(record));
    show(*replica);
    replicas.emplace(name, std::move(replica));
  }
  end_unknown_processes(context.cookie_prefix, known);
  limits.remove_all_but(grouped);
  copies.remove_all_but(used_copies);
  layout.remove_own_folders_but(names);
  remove_old_logs(layout.replicas_folder(), settings.process_runtime.log_retention);
  bound_all_logs(replicas, layout.replicas_folder(), settings.limits);
}

void process_driver::state::look_at_logs_later() {
  constexpr milliseconds longest{60'000};
  log_timer.expires_after(std::clamp(settings.process_runtime.log_retention / 4, milliseconds{100}, longest));
  log_timer.async_wait([this](const error_code& problem) {
    if (problem) return;
    remove_old_logs(layout.replicas_folder(), settings.process_runtime.log_retention);
    look_at_logs_later();
  });
}

void process_driver::state::look_at_memory_later() {
  memory_timer.expires_after(settings.process_runtime.memory_interval);
  memory_timer.async_wait([this](const error_code& problem) {
    if (problem) return;
    look_at_all_memory();
    look_at_memory_later();
  });
}

void process_driver::state::look_at_all_memory() {
  limits.remove_retired();
  std::set<replica_mark> polled;
  for (const auto& [name, replica] : replicas) {
    if (replica->is_polled()) polled.insert(mark_of(replica->record().cookie));
  }
  const auto found = look_at_processes(polled);
  const auto all = replicas;
  for (const auto& [name, replica] : all) {
    const auto used = found.find(mark_of(replica->record().cookie));
    replica->check_memory(used == found.end() ? nullptr : &used->second);
  }
}

void process_driver::state::look_at_usage_later(milliseconds pause) {
  usage_timer.expires_after(pause);
  usage_timer.async_wait([this](const error_code& problem) {
    if (problem) return;
    const steady_time begin = steady_clock::now();
    look_at_all_usage();
    // On a machine with very many processes a look is long: never more than a twentieth of this thread's time.
    constexpr int least_rest = 19;
    const auto took = std::chrono::ceil<milliseconds>(steady_clock::now() - begin);
    look_at_usage_later(std::max(settings.process_runtime.usage_interval, least_rest * took));
  });
}

void process_driver::state::look_at_all_usage() {
  const auto all = replicas;
  std::map<std::string_view, usage_sample> samples;
  std::set<replica_mark> uncounted;
  for (const auto& [name, replica] : all) {
    if (!replica->is_running()) continue;
    const usage_sample& sample = samples[name] = replica->group_usage();
    if (!sample.cpu_seconds || !sample.memory_bytes) uncounted.insert(mark_of(replica->record().cookie));
  }
  const auto found = look_at_processes(uncounted);
  for (const auto& [name, sample] : samples) {
    const auto& replica = all.find(name)->second;
    const auto use = found.find(mark_of(replica->record().cookie));
    replica->take_usage(sample, use == found.end() ? nullptr : &use->second);
  }
}

void process_driver::state::end_all(steady_time deadline) {
  apply_to_all(&process_replica::stop);
  if (!board.wait_for_grace(deadline)) {
    apply_to_all(&process_replica::kill);
    static_cast<void>(board.wait_until_exited(steady_clock::now() + 2 * patience_with_killed_replicas));
  }
  thread.run_if_there([&] {
    for (const auto& [name, replica] : std::exchange(replicas, {})) {
      if (replica->has_exited()) delete_record(layout.replica_folder(name));
      board.forget(name);
    }
  });
}

}  // namespace modelgate::control::runtime::process
