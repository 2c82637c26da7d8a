// What happens on the driver's thread.
#include "control/runtime/container/container_driver_state.hpp"

#include "control/runtime/container/container_request.hpp"
#include "control/runtime/kept_logs.hpp"
#include "control/runtime/log_budget.hpp"

#include "modelgate/base/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <pthread.h>
#include <sys/stat.h>

#include <algorithm>
#include <exception>
#include <future>
#include <optional>
#include <set>
#include <stdexcept>
#include <system_error>
#include <tuple>
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

bool is_same(const observed_replica& a, const observed_replica& b) {
  const auto parts = [](const observed_replica& replica) {
    return std::tie(replica.phase, replica.reason, replica.since, replica.unready_since, replica.address,
                    replica.revision, replica.model_image, replica.restarts, replica.failures, replica.inherited,
                    replica.answers, replica.limits_by);
  };
  return parts(a) == parts(b);
}

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
      engine{loop.get_executor(), display, engine_of(settings, kind).socket},
      context{loop,
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
              fetching,
              probe_pace{settings.health.probe_jitter},
              {"enforced", "none", ""},
              [this](const auto& deployment, auto revision) { return pinned_image(deployment, revision); },
              [this](const container_replica& replica) { on_changed(replica); },
              [this](const std::string& deployment) { bound_logs_of(deployment); }},
      limits{"enforced", "none", display + " has not answered yet"},
      fetching{display + "-fetch", fetching_threads, fetching_queue} {
  engine.set_limits({context.settings.call_timeout, context.settings.pull_timeout});
}

container_driver::state::outcome container_driver::state::run(std::function<outcome()> function) {
  const std::shared_lock lock{running_mutex};  // the thread does not end while anybody waits for it
  if (!running) return std::string{"modelgate is stopping"};
  std::packaged_task<outcome()> task{std::move(function)};
  auto answer = task.get_future();
  boost::asio::dispatch(loop, std::move(task));
  return answer.get();
}

void container_driver::state::spawn(boost::asio::awaitable<void> job) {
  boost::asio::co_spawn(loop, std::move(job), [](const std::exception_ptr& problem) {
    if (!problem) return;
    try {
      std::rethrow_exception(problem);
    } catch (const std::exception& what) {
      log::error("runtime", "looking after containers failed: this is a bug", {{"what", what.what()}});
    }
  });
}

void container_driver::state::begin() {
  running = true;
  thread = std::thread{[this] {
    ::pthread_setname_np(::pthread_self(), display.c_str());
    loop.run();
  }};
  static_cast<void>(run([this]() -> outcome {
    load();
    spawn(watch());
    spawn(follow_events());
    look_at_logs_later();
    look_at_usage_later();
    return {};
  }));
}

void container_driver::state::end_thread() {
  {
    const std::unique_lock lock{running_mutex};
    running = false;
  }
  loop.stop();
  thread.join();
}

std::shared_ptr<container_replica> container_driver::state::find(const std::string& name) const {
  const auto found = replicas.find(name);
  return found == replicas.end() ? nullptr : found->second;
}

void container_driver::state::apply(const std::string& name, void (container_replica::*operation)()) {
  static_cast<void>(run([&]() -> outcome {  // once the thread has ended there is no replica either
    if (const auto replica = find(name)) ((*replica).*operation)();
    return {};
  }));
}

void container_driver::state::apply_to_all(void (container_replica::*operation)()) {
  static_cast<void>(run([&]() -> outcome {
    const auto all = replicas;
    for (const auto& [name, replica] : all) ((*replica).*operation)();
    return {};
  }));
}

/// Takes in what the records say; the engine's list says what is still true of it.
void container_driver::state::load() {
  {
    const std::lock_guard lock{shown_mutex};
    shown.clear();
  }
  for (container_record& record : load_container_records(folder)) {
    const std::string name = record.spec.name;
    auto replica = std::make_shared<container_replica>(context, std::move(record));
    on_changed(*replica);
    replicas.emplace(name, std::move(replica));
  }
  const auto all = replicas;
  for (const auto& [name, replica] : all) replica->resume();
  remove_old_logs(folder, settings.process_runtime.log_retention);
  std::set<std::string> deployments;
  for (const auto& [name, replica] : replicas) deployments.insert(replica->record().spec.deployment);
  for (const std::string& deployment : deployments) bound_logs_of(deployment);
}

void container_driver::state::let_go_of_all() {
  for (const auto& [name, replica] : std::exchange(replicas, {})) replica->let_go();
}

void container_driver::state::on_changed(const container_replica& replica) {
  if (replica.is_removed()) {
    // It is being called by the one that is to go: later.
    forget_timer.expires_after(milliseconds{0});
    forget_timer.async_wait([this](const error_code&) { forget_removed(); });
    return;
  }
  std::function<void()> notify;
  {
    const std::lock_guard lock{shown_mutex};
    shown_replica now{replica.observe(), replica.end_of_log()};
    auto& entry = shown[replica.record().spec.name];
    const bool differs = !entry.end || !is_same(entry.seen, now.seen);
    entry = std::move(now);
    if (differs) notify = listener;
  }
  shown_changed.notify_all();
  if (notify) notify();
}

void container_driver::state::forget_removed() {
  bool any = false;
  std::function<void()> notify;
  {
    const std::lock_guard lock{shown_mutex};
    for (auto it = replicas.begin(); it != replicas.end();) {
      if (!it->second->is_removed()) {
        ++it;
        continue;
      }
      delete_record(folder / it->first);
      shown.erase(it->first);
      if (context.models != nullptr) context.models->release(it->first);
      it = replicas.erase(it);
      any = true;
    }
    notify = listener;
  }
  if (!any) return;
  shown_changed.notify_all();
  if (notify) notify();
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
  {
    const std::lock_guard lock{shown_mutex};
    if (trouble == sentence) return;
    trouble = sentence;
  }
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

/// What the engine has now, compared with what we know.
boost::asio::awaitable<void> container_driver::state::look() {
  if (!greeted) {
    const auto version = co_await engine.greet();
    if (!version) {
      note_trouble(version.error().message);
      co_return;
    }
    const auto groups = co_await engine.group_version();
    const std::string by = groups && !groups->empty() ? "cgroup" + *groups : "none";
    context.limits = {"enforced", by, ""};
    {
      const std::lock_guard lock{shown_mutex};
      limits = context.limits;
    }
    log::info("runtime", "a container engine is used",
              {{"engine", display}, {"version", version->version}, {"api", version->api}, {"limits_by", by}});
    greeted = true;
  }
  const steady_time asked_at = steady_clock::now();
  const auto list = co_await engine.list(instance_label(instance));
  if (!list) {
    note_trouble(list.error().message);
    greeted = false;  // it may come back as another version
    co_return;
  }
  note_trouble({});
  compare(*list, asked_at);
}

void container_driver::state::compare(const std::vector<container_entry>& list, steady_time asked_at) {
  {
    const std::lock_guard lock{shown_mutex};
    if (let_go) return;
  }
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
    spawn(remove_stray(entry.id, entry.name));
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

/// Each writing replica's file gets its part of what the deployment may keep, and the oldest of the others go.
void container_driver::state::bound_logs_of(const std::string& deployment) {
  std::set<std::string> writing;
  for (const auto& [name, replica] : replicas) {
    if (replica->record().spec.deployment == deployment && !replica->has_exited()) writing.insert(name);
  }
  const std::size_t budget = settings.limits.deployment_log_bytes;
  const std::size_t log_bytes = context.log.file_bytes;
  for (const std::string& name : writing)
    replicas.at(name)->set_rotate_bytes(rotation_size(log_bytes, budget, writing.size()));
  keep_to_budget(folder, deployment, writing, budget, log_bytes);
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

bool container_driver::state::all_ended() const {
  return std::all_of(shown.begin(), shown.end(),
                     [](const auto& each) { return each.second.seen.phase == domain::replica_phase::exited; });
}

bool container_driver::state::wait_until_ended(steady_time deadline, bool may_be_hurried) {
  std::unique_lock lock{shown_mutex};
  shown_changed.wait_until(lock, deadline, [&] { return (may_be_hurried && hurried) || all_ended(); });
  return all_ended();
}

void container_driver::state::end_all(steady_time deadline) {
  constexpr milliseconds patience_with_engine{10'000};
  apply_to_all(&container_replica::stop);
  if (!wait_until_ended(deadline, true)) {
    apply_to_all(&container_replica::kill);
    static_cast<void>(wait_until_ended(steady_clock::now() + patience_with_engine, false));
  }
  apply_to_all(&container_replica::remove);
  std::unique_lock lock{shown_mutex};
  const bool none_left =
      shown_changed.wait_until(lock, steady_clock::now() + patience_with_engine, [this] { return shown.empty(); });
  if (!none_left)
    log::error("runtime", "containers are left to the next start: the engine does not answer", {{"engine", display}});
}

}  // namespace modelgate::control::runtime::container
