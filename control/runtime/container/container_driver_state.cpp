// What happens on the driver's thread.
#include "control/runtime/container/container_driver_state.hpp"

#include "control/runtime/bound_logs.hpp"
#include "control/runtime/container/container_request.hpp"
#include "control/runtime/record_file.hpp"

#include "modelgate/base/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/stat.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace modelgate::control::runtime::container {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr auto as_result = boost::asio::as_tuple(boost::asio::use_awaitable);
constexpr milliseconds longest_event_silence{600'000};
constexpr milliseconds event_retry{1'000};
constexpr std::size_t fetching_threads = 2;
constexpr std::size_t fetching_queue = 256;

const config::container_runtime_settings& engine_of(const config::settings& settings, config::runtime_kind kind) {
  return kind == config::runtime_kind::podman ? settings.podman_runtime : settings.docker_runtime;
}

fs::path make_folder(const fs::path& data_folder, const std::string& name) {
  constexpr auto owner_only = static_cast<mode_t>(0700);
  std::error_code problem;
  fs::create_directories(data_folder, problem);
  fs::path folder = fs::canonical(data_folder, problem) / name;
  if (!problem && ::mkdir(folder.c_str(), owner_only) != 0 && errno != EEXIST)
    problem = std::error_code{errno, std::generic_category()};
  if (problem)
    throw std::runtime_error{"The folder \"" + folder.native() + "\" cannot be made: " + problem.message() + "."};
  return folder;
}

std::string instance_label(const std::string& instance) {
  return std::string{label::instance} + "=" + instance;
}

}  // namespace

container_driver::state::state(const config::settings& given, config::runtime_kind which, std::string of,
                               find_pull_secret find_secret)
    : kind{which},
      display{which == config::runtime_kind::podman ? "podman" : "docker"},
      settings{given},
      folder{make_folder(settings.data_folder, display)},
      instance{std::move(of)},
      engine{thread.loop().get_executor(), display, engine_of(settings, kind).socket},
      context{thread.loop(),
              engine,
              kind == config::runtime_kind::podman ? settings.podman_runtime : settings.docker_runtime,
              settings.process_runtime,
              settings.health,
              {settings.limits.log_bytes, settings.limits.log_rate_bytes},
              folder,
              instance,
              std::move(find_secret),
              images,
              nullptr,
              fetches,
              probe_pace{settings.health.probe_jitter},
              {"enforced", "none", ""},
              0,
              [this] { return greet(); },
              [this](const auto& deployment, auto revision) { return pinned_image(deployment, revision); },
              [this](const container_replica& replica) { on_changed(replica); },
              [this](const std::string& deployment) { bound_logs_of(deployment); }},
      limits{"enforced", "none", display + " has not answered yet"},
      fetching{display + "-fetch", fetching_threads, fetching_queue} {
  engine.set_limits({context.settings.call_timeout, context.settings.pull_timeout});
}

void container_driver::state::begin() {
  thread.begin(display);
  thread.run_if_there([this] {
    load();
    thread.spawn(watch(), "watching " + display);
    thread.spawn(follow_events(), "following the events of " + display);
    look_at_logs_later();
    look_at_usage_later();
  });
}

std::shared_ptr<container_replica> container_driver::state::find(const std::string& name) const {
  const auto found = replicas.find(name);
  return found == replicas.end() ? nullptr : found->second;
}

void container_driver::state::apply(const std::string& name, void (container_replica::*operation)()) {
  thread.run_if_there([&] {
    if (const auto replica = find(name)) ((*replica).*operation)();
  });
}

void container_driver::state::apply_to_all(void (container_replica::*operation)()) {
  thread.run_if_there([&] {
    const auto all = replicas;
    for (const auto& [name, replica] : all) ((*replica).*operation)();
  });
}

/// Takes in what the records say; the engine's list says what is still true of it.
void container_driver::state::load() {
  let_go = false;
  board.clear();
  for (container_record& record : load_container_records(folder)) {
    const std::string name = record.spec.name;
    auto replica = std::make_shared<container_replica>(context, std::move(record));
    on_changed(*replica);
    replicas.emplace(name, std::move(replica));
  }
  const auto all = replicas;
  for (const auto& [name, replica] : all) replica->resume();
  remove_old_logs(folder, settings.process_runtime.log_retention);
  bound_all_logs(replicas, folder, settings.limits);
}

void container_driver::state::let_go_of_all() {
  let_go = true;
  for (const auto& [name, replica] : std::exchange(replicas, {})) replica->let_go();
}

void container_driver::state::on_changed(const container_replica& replica) {
  if (!replica.is_removed()) {
    board.show(replica.observe(), replica.end_of_log());
    return;
  }
  // It is being called by the one that is to go: later.
  forget_timer.expires_after(milliseconds{0});
  forget_timer.async_wait([this](const error_code&) { forget_removed(); });
}

void container_driver::state::forget_removed() {
  for (auto it = replicas.begin(); it != replicas.end();) {
    if (!it->second->is_removed()) {
      ++it;
      continue;
    }
    const std::string name = it->first;
    it = replicas.erase(it);
    delete_record(folder / name);
    if (context.models != nullptr) context.models->release(name);
    board.forget(name);
  }
}

/// What the replicas of a revision run; empty while none of them has got its image.
std::string container_driver::state::pinned_image(const std::string& deployment, std::uint64_t revision) const {
  for (const auto& [name, replica] : replicas) {
    const container_record& record = replica->record();
    if (record.spec.deployment == deployment && record.spec.revision == revision && !record.image_id.empty())
      return record.image_id;
  }
  return {};
}

void container_driver::state::note_trouble(const std::string& sentence) {
  context.engine_is_away = !sentence.empty();
  {
    const std::lock_guard lock{engine_mutex};
    if (trouble == sentence) return;
    trouble = sentence;
  }
  board.set_stuck(!sentence.empty());
  if (sentence.empty()) {
    log::info("runtime", "the container engine answers", {{"engine", display}});
  } else {
    log::error("runtime", "the container engine does not answer; what runs is left as it is, and it is asked again",
               {{"engine", display}, {"why", sentence}});
  }
}

boost::asio::awaitable<void> container_driver::state::watch() {
  for (;;) {
    woken = false;
    co_await look();
    if (woken) continue;
    watch_timer.expires_after(context.settings.poll_interval);
    const auto [cut_short] = co_await watch_timer.async_wait(as_result);
    static_cast<void>(cut_short);
  }
}

/// Asks the engine who it is, unless that is known.
boost::asio::awaitable<engine_result<void>> container_driver::state::greet() {
  if (greeted) co_return engine_result<void>{};
  const auto version = co_await engine.greet();
  if (!version) co_return engine_result<void>{boost::system::in_place_error, version.error()};
  const auto machine = co_await engine.machine();
  if (!machine) co_return engine_result<void>{boost::system::in_place_error, machine.error()};
  if (std::exchange(greeted, true)) co_return engine_result<void>{};
  const std::string by = machine->group_version.empty() ? "none" : "cgroup" + machine->group_version;
  context.cpus = machine->cpus;
  context.limits = {"enforced", by, ""};
  if (!machine->unlimited.empty()) {
    context.limits = {"advisory", by, "the engine says that it cannot limit " + machine->unlimited};
    log::warning("runtime", "replicas are not held to all limits of their instance types",
                 {{"engine", display}, {"not_limited", machine->unlimited}});
  }
  {
    const std::lock_guard lock{engine_mutex};
    limits = context.limits;
  }
  log::info("runtime", "a container engine is used",
            {{"engine", display}, {"version", version->version}, {"api", version->api}, {"limits_by", by}});
  co_return engine_result<void>{};
}

/// What the engine has now, compared with what we know.
boost::asio::awaitable<void> container_driver::state::look() {
  const auto known = co_await greet();
  if (!known) {
    note_trouble(known.error().message);
    co_return;
  }
  const steady_time asked_at = steady_clock::now();
  const auto list = co_await engine.list(instance_label(instance));
  if (!list) {
    // Podman fails to list now and then, while a container goes.
    constexpr int refusals_in_a_row = 3;
    if (list.error().status != 0 && ++refusals < refusals_in_a_row) co_return;
    note_trouble(list.error().message);
    greeted = false;  // it may come back as another version
    co_return;
  }
  refusals = 0;
  note_trouble({});
  compare(*list, asked_at);
}

void container_driver::state::compare(const std::vector<container_entry>& list, steady_time asked_at) {
  if (let_go) return;
  const auto all = replicas;
  for (const auto& [name, replica] : all) {
    const auto entry = std::find_if(list.begin(), list.end(), [&, &of = *replica](const container_entry& each) {
      return each.id == of.record().container;
    });
    replica->on_listed(entry == list.end() ? nullptr : &*entry, asked_at);
  }
  for (const container_entry& entry : list) {
    const auto label_of = [&](std::string_view name) {
      const auto found = entry.labels.find(std::string{name});
      return found == entry.labels.end() ? std::string{} : found->second;
    };
    // One of a name that we know is being made, or goes with the next start.
    if (find(label_of(label::replica))) continue;
    thread.spawn(remove_stray(entry.id, entry.name), "removing " + entry.name);
  }
}

boost::asio::awaitable<void> container_driver::state::remove_stray(std::string id, std::string name) {
  log::warning("runtime", "a container of this data folder that nobody knows is removed", {{"container", name}});
  const auto gone = co_await engine.remove(std::move(id));
  if (!gone) log::warning("runtime", "it cannot be removed", {{"container", name}, {"why", gone.error().message}});
}

/// Only to look sooner: nothing is concluded from an event, and nothing depends on one.
boost::asio::awaitable<void> container_driver::state::follow_events() {
  for (;;) {
    if (greeted) {
      events = engine.connect();
      const auto over = events;
      engine_call call = engine.events_call(instance_label(instance));
      const steady_time patience =
          steady_clock::now() + longest_event_silence;  // Podman sends no head before the first
      const auto status = co_await over->begin(std::move(call), patience);
      while (status) {
        const auto piece = co_await over->read_some(steady_clock::now() + longest_event_silence);
        if (!piece || piece->empty()) break;
        woken = true;
        watch_timer.cancel();
      }
      woken = true;  // the engine may have gone
      watch_timer.cancel();
    }
    event_timer.expires_after(event_retry);
    const auto [cut_short] = co_await event_timer.async_wait(as_result);
    static_cast<void>(cut_short);
  }
}

void container_driver::state::bound_logs_of(const std::string& deployment) {
  bound_logs(deployment, replicas, folder, settings.limits);
}

void container_driver::state::look_at_logs_later() {
  constexpr milliseconds longest{60'000};
  log_timer.expires_after(std::clamp(settings.process_runtime.log_retention / 4, milliseconds{100}, longest));
  log_timer.async_wait([this](const error_code& problem) {
    if (problem) return;
    remove_old_logs(folder, settings.process_runtime.log_retention);
    look_at_logs_later();
  });
}

void container_driver::state::look_at_usage_later() {
  usage_timer.expires_after(settings.process_runtime.usage_interval);
  usage_timer.async_wait([this](const error_code& problem) {
    if (problem) return;
    for (const auto& [name, replica] : replicas) replica->look_at_usage();
    look_at_usage_later();
  });
}

void container_driver::state::end_all(steady_time deadline) {
  apply_to_all(&container_replica::stop);
  const bool in_time = board.wait_for_grace(deadline);
  milliseconds patience{};
  thread.run_if_there([&] { patience = context.settings.end_timeout; });
  const steady_time last = steady_clock::now() + patience;
  if (!in_time) {
    apply_to_all(&container_replica::kill);
    static_cast<void>(board.wait_until_exited(last));
  }
  apply_to_all(&container_replica::remove);
  if (!board.wait_until_gone(last)) {
    log::error("runtime", "containers are left to the next start: the engine has not ended them in time",
               {{"engine", display}});
  }
}

}  // namespace modelgate::control::runtime::container
