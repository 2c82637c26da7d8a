#include "control/runtime/process/process_driver.hpp"

#include "control/runtime/process/data_folder_guard.hpp"
#include "control/runtime/process/data_layout.hpp"
#include "control/runtime/process/image_catalogue.hpp"
#include "control/runtime/process/image_copies.hpp"
#include "control/runtime/process/leftovers.hpp"
#include "control/runtime/process/process_replica.hpp"

#include "modelgate/base/errc.hpp"
#include "modelgate/base/log.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <pthread.h>

#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <thread>
#include <tuple>
#include <utility>

namespace modelgate::control::runtime::process {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds patience_with_killed{5'000};

bool is_same(const observed_replica& a, const observed_replica& b) {
  const auto parts = [](const observed_replica& replica) {
    return std::tie(replica.phase, replica.reason, replica.since, replica.unready_since, replica.address,
                    replica.revision, replica.model_image, replica.restarts, replica.failures, replica.inherited,
                    replica.answers, replica.limits_by);
  };
  return parts(a) == parts(b);
}

}  // namespace

struct process_driver::state {
  state(const config::settings& settings, int held_lock);

  using outcome = result<void, std::string>;

  /// Runs a function on the driver's thread and waits for it. Errors: that thread has ended.
  outcome run(std::function<outcome()> function);

  void show(const process_replica& replica);
  void forget(const std::string& name);
  std::shared_ptr<process_replica> find(const std::string& name) const;
  result<launch_ground, std::string> prepare(const replica_spec& spec);
  outcome launch(const replica_spec& spec, result<launch_ground, std::string> ground);
  void apply(const std::string& name, void (process_replica::*operation)());
  void apply_to_all(void (process_replica::*operation)());
  void load();
  void end_all(steady_time deadline);
  bool all_ended() const;
  void look_at_memory_later();
  void look_at_all_memory();
  bool wait_until_ended(steady_time deadline, bool may_be_hurried);

  config::settings settings;  ///< what may change: on the driver's thread, while its owner waits
  data_layout layout;
  image_catalogue catalogue;

  // The driver's thread only.
  boost::asio::io_context loop{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{loop.get_executor()};
  boost::asio::steady_timer memory_timer{loop};
  limit_keeper limits;
  replica_context context;
  std::map<std::string, std::shared_ptr<process_replica>, std::less<>> replicas;

  /// Held over a whole start, on the threads of callers: one image is copied at a time, and one name started once.
  std::mutex starting;
  image_copies copies;

  // What other threads see, and whether they may still ask the driver's thread for something.
  mutable std::mutex shown_mutex;
  std::condition_variable shown_changed;
  bool hurried = false;
  struct shown_replica {
    observed_replica seen;
    log_end end;
    std::string image_copy;
  };
  std::map<std::string, shown_replica, std::less<>> shown;
  std::function<void()> listener;
  bool stopping = false;
  bool let_go = false;    ///< another process looks after the replicas
  bool on_trial = false;  ///< it may have to again

  std::shared_mutex running_mutex;
  bool running = false;
  std::thread thread;
};

process_driver::state::outcome process_driver::state::run(std::function<outcome()> function) {
  const std::shared_lock lock{running_mutex};  // the thread does not end while anybody waits for it
  if (!running) return std::string{"modelgate is stopping"};
  std::packaged_task<outcome()> task{std::move(function)};
  auto answer = task.get_future();
  boost::asio::dispatch(loop, std::move(task));
  return answer.get();
}

process_driver::state::state(const config::settings& given, int held_lock)
    : settings{given},
      layout{settings, held_lock},
      catalogue{settings.catalogue},
      limits{settings.process_runtime, layout.instance()},
      context{loop,
              settings.process_runtime,
              settings.health,
              settings.limits.log_bytes,
              layout.data_folder(),
              layout.user(),
              is_guard_supported(),
              layout.instance() + ".",
              {},
              probe_pace{settings.health.probe_jitter},
              limits,
              [this](const process_replica& replica) { show(replica); }},
      copies{layout.images_folder()} {}

void process_driver::state::show(const process_replica& replica) {
  std::function<void()> notify;
  {
    const std::lock_guard lock{shown_mutex};
    shown_replica now{replica.observe(), replica.end_of_log(), replica.record().image_copy};
    auto& entry = shown[replica.record().spec.name];
    const bool differs = !entry.end || !is_same(entry.seen, now.seen);
    entry = std::move(now);
    if (differs) notify = listener;
  }
  shown_changed.notify_all();
  if (notify) notify();
}

void process_driver::state::forget(const std::string& name) {
  std::function<void()> notify;
  {
    const std::lock_guard lock{shown_mutex};
    if (shown.erase(name) > 0) notify = listener;
  }
  shown_changed.notify_all();
  if (notify) notify();
}

std::shared_ptr<process_replica> process_driver::state::find(const std::string& name) const {
  const auto found = replicas.find(name);
  return found == replicas.end() ? nullptr : found->second;
}

void process_driver::state::apply(const std::string& name, void (process_replica::*operation)()) {
  static_cast<void>(run([&]() -> outcome {  // once the thread has ended there is no replica either
    if (const auto replica = find(name)) ((*replica).*operation)();
    return {};
  }));
}

void process_driver::state::apply_to_all(void (process_replica::*operation)()) {
  static_cast<void>(run([&]() -> outcome {
    const auto all = replicas;
    for (const auto& [name, replica] : all) ((*replica).*operation)();
    return {};
  }));
}

/// Everything that takes long and needs no watching: on the caller's thread, which holds `starting`.
result<launch_ground, std::string> process_driver::state::prepare(const replica_spec& spec) {
  auto image = catalogue.find(spec.model_image);
  if (!image) return image.error();
  std::set<std::string> used;
  {
    const std::lock_guard lock{shown_mutex};
    for (const auto& [name, replica] : shown) used.insert(replica.image_copy);
  }
  auto copy = copies.ensure(*image, catalogue.root());
  if (!copy) return copy.error();
  used.insert(*copy);
  copies.remove_all_but(used);
  const auto own_folder = layout.make_own_folder(spec.name);
  if (!own_folder) return "a folder for it cannot be made: " + own_folder.error().message();

  launch_ground ground;
  ground.command = std::move(image->manifest.command);
  ground.image_environment = std::move(image->manifest.environment);
  ground.working_folder = (copies.path_of(*copy) / image->manifest.working_folder).lexically_normal();
  ground.own_folder = *own_folder;
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
                                                             result<launch_ground, std::string> ground) {
  auto& replica = replicas[spec.name];
  if (!replica) {
    std::error_code problem;
    std::filesystem::create_directory(layout.replica_folder(spec.name), problem);
    replica_record record;
    record.spec = spec;
    replica = std::make_shared<process_replica>(context, layout.replica_folder(spec.name), std::move(record));
  }
  if (ground) return replica->launch(spec, std::move(*ground));
  replica->fail_to_launch(spec, ground.error());
  return ground.error();
}

bool process_driver::state::all_ended() const {
  return std::all_of(shown.begin(), shown.end(),
                     [](const auto& each) { return each.second.seen.phase == domain::replica_phase::exited; });
}

bool process_driver::state::wait_until_ended(steady_time deadline, bool may_be_hurried) {
  std::unique_lock lock{shown_mutex};
  shown_changed.wait_until(lock, deadline, [&] { return (may_be_hurried && hurried) || all_ended(); });
  return all_ended();
}

/// Takes in what the records say, and ends what they do not know.
void process_driver::state::load() {
  {
    const std::lock_guard lock{shown_mutex};
    shown.clear();
  }
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
  remove_old_logs(layout);
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
  const auto found = look_at_memory(polled);
  const auto all = replicas;
  for (const auto& [name, replica] : all) {
    const auto used = found.find(mark_of(replica->record().cookie));
    replica->check_memory(used == found.end() ? nullptr : &used->second);
  }
}

process_driver::process_driver(const config::settings& settings, int held_lock)
    : state_{std::make_unique<state>(settings, held_lock)} {
  state_->on_trial = held_lock >= 0;
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
    return {};
  }));
}

process_driver::~process_driver() {
  shutdown(steady_clock::now() + state_->settings.process_runtime.stop_grace + patience_with_killed);
}

void process_driver::reconfigure(const config::settings& settings) {
  static_cast<void>(state_->run([&]() -> state::outcome {
    config::process_runtime_settings& held = state_->settings.process_runtime;
    config::process_runtime_settings next = settings.process_runtime;
    next.user = held.user;
    next.work_folder = held.work_folder;
    held = std::move(next);
    state_->context.log_bytes = settings.limits.log_bytes;
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

void process_driver::state::end_all(steady_time deadline) {
  apply_to_all(&process_replica::stop);
  if (!wait_until_ended(deadline, true)) {
    apply_to_all(&process_replica::kill);
    static_cast<void>(wait_until_ended(steady_clock::now() + 2 * patience_with_killed, false));
  }
  static_cast<void>(run([&]() -> outcome {
    for (const auto& [name, replica] : std::exchange(replicas, {})) {
      if (replica->has_exited()) delete_record(layout.replica_folder(name));
      forget(name);
    }
    return {};
  }));
}

result<image_description, std::string> process_driver::describe_image(std::string_view image) const {
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
    remove_old_logs(state_->layout);
    return {};
  }));
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
    const std::lock_guard lock{state_->shown_mutex};
    state_->listener = std::move(listener);
    return {};
  }));
}

}  // namespace modelgate::control::runtime::process
