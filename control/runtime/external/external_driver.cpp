#include "control/runtime/external/external_driver.hpp"

#include "control/domain/document_reader.hpp"
#include "control/runtime/external/external_table.hpp"
#include "control/runtime/external/own_addresses.hpp"
#include "control/runtime/external/replica_file.hpp"
#include "control/runtime/probe.hpp"
#include "control/runtime/probe_pace.hpp"

#include "modelgate/base/blocking_pool.hpp"
#include "modelgate/base/errc.hpp"
#include "modelgate/base/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace modelgate::control::runtime::external {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t blocking_threads = 4;
constexpr std::size_t blocking_queue = 1'024;

name_settings names_of(const config::external_runtime_settings& settings) {
  name_settings names;
  names.resolve_interval = settings.resolve_interval;
  names.resolve_timeout = settings.resolve_timeout;
  names.retry_interval = std::min(names.retry_interval, settings.resolve_interval);
  return names;
}

/// How often it is looked what is due: often enough for the shortest of the intervals.
milliseconds tick_of(const config::external_runtime_settings& settings) {
  return std::min({settings.poll_interval, settings.resolve_interval, settings.resolve_timeout, milliseconds{1'000}});
}

void report(const std::exception_ptr& problem) {
  if (!problem) return;
  try {
    std::rethrow_exception(problem);
  } catch (const std::exception& what) {
    log::error("runtime", "following external replicas failed: this is a bug", {{"what", what.what()}});
  }
}

}  // namespace

struct external_driver::state {
  state(const config::external_runtime_settings& given, const config::health_settings& thought,
        std::function<std::vector<net::endpoint>()> own, resolve_function with)
      : folder{given.folder},
        health{thought},
        networks{given.networks},
        own_addresses{std::move(own)},
        resolve{std::move(with)},
        settings{given},
        table{names_of(given), networks, health} {}

  /// Changes the table, and tells the listener when that made a difference.
  template <class Change>
  void change(Change make) {
    std::function<void()> notify;
    {
      const std::lock_guard lock{mutex};
      make();
      if (table.take_changed()) notify = listener;
    }
    if (notify) notify();
  }

  void begin();
  void look(bool read_files);
  void run_blocking(std::function<void()> job, const std::function<void()>& refused);
  void update();
  external_table::own_test own_test() const;
  boost::asio::awaitable<void> keep_looking();
  boost::asio::awaitable<void> probe(std::string name, std::string deployment);
  /// Read when the first replica needs them: they are many.
  result<net::tls_client_context_ptr, std::string> trusted();

  [[nodiscard]] config::external_runtime_settings current() const {
    const std::lock_guard lock{mutex};
    return settings;
  }

  const std::filesystem::path folder;
  const config::health_settings health;
  const network_list networks;
  const std::function<std::vector<net::endpoint>()> own_addresses;
  const resolve_function resolve;
  runtime_counts* counts = nullptr;  ///< set before the first replica; null: nobody counts

  mutable std::mutex mutex;  ///< never held while something blocks or is waited for
  config::external_runtime_settings settings;
  external_table table;
  std::function<void()> listener;
  std::filesystem::path ca_file{settings.ca_file};  ///< with the mutex held
  net::tls_client_context_ptr authorities;          ///< of `ca_file`, once they are needed; with the mutex held
  std::atomic<bool> stopping{false};

  probe_pace pace{health.probe_jitter};  ///< the loop's
  boost::asio::io_context loop{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{loop.get_executor()};
  std::once_flag begun;
  std::thread thread;
  blocking_pool pool{"external", blocking_threads, blocking_queue};  ///< goes first: its jobs use the rest
};

external_table::own_test external_driver::state::own_test() const {
  return [listeners = own_addresses(), local = local_addresses()](const net::endpoint& target) {
    return is_own_address(target, listeners, local);
  };
}

void external_driver::state::begin() {
  boost::asio::co_spawn(loop, keep_looking(), report);
  thread = std::thread{[this] {
    ::pthread_setname_np(::pthread_self(), "external");
    loop.run();
  }};
}

result<net::tls_client_context_ptr, std::string> external_driver::state::trusted() {
  std::filesystem::path file;
  {
    const std::lock_guard lock{mutex};
    if (authorities) return authorities;
    file = ca_file;
  }
  auto loaded = net::tls_client_context::load(file);
  if (!loaded) return std::move(loaded).error();
  const std::lock_guard lock{mutex};
  if (!authorities && ca_file == file) authorities = *loaded;
  return *loaded;
}

/// With the mutex held.
void external_driver::state::update() {
  table.update(own_test(), system_clock::now());
}

void external_driver::state::run_blocking(std::function<void()> job, const std::function<void()>& refused) {
  const bool accepted = pool.try_run([this, job = std::move(job)] {
    if (!stopping) job();
  });
  if (!accepted) refused();
}

/// Reads and resolves what is due, on threads that may block; an answer can make more due, as a file names hosts.
void external_driver::state::look(bool read_files) {
  external_table::things_to_do todo;
  {
    const std::lock_guard lock{mutex};
    todo = table.due(read_files, steady_clock::now());
  }
  for (const std::string& file : todo.files) {
    const auto take = [this, file](const result<std::string, std::string>& text) {
      change([&] {
        table.on_file(file, text);
        update();
      });
    };
    run_blocking(
        [this, file, take] {
          take(read_replica_file(folder / file));
          look(false);
        },
        [&] {
          take({boost::system::in_place_error, "too much is being read and resolved"});
        });
  }
  for (const std::string& host : todo.hosts) {
    const auto take = [this, host](const resolution_result& answer) {
      change([&] {
        table.on_resolved(host, answer, steady_clock::now());
        update();
      });
    };
    run_blocking([this, host, take] { take(resolve(host)); },
                 [&] {
                   take({boost::system::in_place_error, "too much is being read and resolved"});
                 });
  }
}

boost::asio::awaitable<void> external_driver::state::keep_looking() {
  boost::asio::steady_timer timer{loop};
  steady_time next_read = steady_clock::now();
  while (!stopping) {
    const bool read_files = steady_clock::now() >= next_read;
    const config::external_runtime_settings now = current();
    if (read_files) next_read = steady_clock::now() + now.poll_interval;
    look(read_files);
    change([&] { update(); });  // a name that got no answer in time is trouble that nobody else tells of
    timer.expires_after(tick_of(now));
    const auto [problem] = co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (problem) co_return;
  }
}

boost::asio::awaitable<void> external_driver::state::probe(std::string name, std::string deployment) {
  boost::asio::steady_timer timer{loop};
  std::optional<std::uint64_t> ticket;
  while (!stopping) {
    std::optional<external_table::probe_target> target;
    {
      const std::lock_guard lock{mutex};
      target = table.target_of(name);
    }
    if (!target || (ticket && *ticket != target->ticket)) co_return;
    ticket = target->ticket;
    const config::external_runtime_settings now = current();
    const steady_time deadline = steady_clock::now() + now.probe_timeout;
    std::optional<std::string> complaint;
    probe_peer asked{target->where.address, nullptr, target->where.tls_server_name};
    if (!asked.tls_server_name.empty()) {
      auto loaded = trusted();
      if (loaded)
        asked.tls = *loaded;
      else
        complaint = loaded.error();
    }
    if (complaint) {
      // nobody is asked: no answer could be trusted
    } else if (target->health_path) {
      complaint = co_await probe_health(asked, *target->health_path, deadline);
    } else {
      complaint = co_await probe_connection(asked, deadline);
    }
    const bool warms_up = !complaint && target->warm_up;
    if (warms_up) {
      const steady_time patience = steady_clock::now() + health.warm_up_timeout;
      complaint = co_await probe_example(asked, *target->warm_up, patience);
    }
    if (counts != nullptr) counts->on_probe(deployment, !complaint);
    change([&] { table.on_probe(name, *ticket, complaint, system_clock::now()); });
    timer.expires_after(pace.next(warms_up && complaint ? health.warm_up_interval : now.probe_interval));
    const auto [problem] = co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (problem) co_return;
  }
}

external_driver::external_driver(const config::external_runtime_settings& settings,
                                 const config::health_settings& health,
                                 std::function<std::vector<net::endpoint>()> own_addresses, resolve_function resolve,
                                 runtime_counts* counts)
    : state_{std::make_unique<state>(settings, health, std::move(own_addresses), std::move(resolve))} {
  state_->counts = counts;
}

external_driver::~external_driver() {
  shutdown();
}

void external_driver::reconfigure(const config::external_runtime_settings& settings) {
  const std::lock_guard lock{state_->mutex};
  state_->settings = settings;
  state_->table.reconfigure(names_of(settings));
}

result<void, std::string> external_driver::reload_authorities(const std::filesystem::path& ca_file) {
  auto loaded = net::tls_client_context::load(ca_file);
  if (!loaded) return std::move(loaded).error();
  const std::lock_guard lock{state_->mutex};
  state_->ca_file = ca_file;
  if (state_->authorities) state_->authorities = std::move(*loaded);
  return {};
}

void external_driver::shutdown() {
  state_->stopping = true;
  if (!state_->thread.joinable()) return;
  state_->loop.stop();
  state_->thread.join();
}

result<image_description, std::string> external_driver::describe_image(std::string_view image,
                                                                       const placement& /*where*/) const {
  return {boost::system::in_place_error, "\"" + std::string{image} + "\" is an image, and external replicas have none"};
}

diagnostics external_driver::check_source(const domain::external_source& source) const {
  const auto mistake = [](std::string where, std::string_view code, std::string detail) {
    return diagnostic{std::move(where), std::string{code}, std::move(detail)};
  };
  diagnostics mistakes;
  if (source.file && state_->folder.empty()) {
    mistakes.push_back(mistake("/file", domain::mistake_code::not_available,
                               "this server reads no files of replicas: runtime.external.folder is not set"));
  }
  const auto is_own = state_->own_test();
  for (std::size_t i = 0; i < source.urls.size(); ++i) {
    const auto url = domain::parse_replica_url(source.urls[i]);
    if (!url || !url->is_literal) continue;  // a name is judged whenever it is resolved
    const std::string where = domain::pointer_to("/urls", i);
    if (!state_->networks.contains(url->host)) {
      mistakes.push_back(mistake(where, domain::mistake_code::not_allowed,
                                 url->host + " is in none of the networks of runtime.external.networks"));
    } else if (is_own({url->host, url->port})) {
      mistakes.push_back(mistake(where, domain::mistake_code::not_allowed, "is an address of this modelgate itself"));
    }
  }
  return mistakes;
}

void external_driver::follow(const std::vector<replica_source>& sources) {
  std::call_once(state_->begun, [this] { state_->begin(); });
  state_->change([&] {
    state_->table.follow(sources, system_clock::now());
    state_->update();
  });
  if (!state_->stopping) state_->look(false);
}

std::optional<source_state> external_driver::source(const std::string& deployment, std::uint64_t revision) const {
  const std::lock_guard lock{state_->mutex};
  return state_->table.source(deployment, revision);
}

std::vector<observed_replica> external_driver::observe() const {
  const std::lock_guard lock{state_->mutex};
  return state_->table.observe();
}

result<void, std::string> external_driver::start(const replica_spec& spec) {
  bool begins = false;
  state_->change([&] { begins = state_->table.start(spec, system_clock::now()); });
  if (begins) boost::asio::co_spawn(state_->loop, state_->probe(spec.name, spec.deployment), report);
  return {};
}

void external_driver::drain(const std::string& name) {
  state_->change([&] { state_->table.drain(name, system_clock::now()); });
}

void external_driver::stop(const std::string& name) {
  state_->change([&] { state_->table.stop(name); });
}

/// Nothing is left to be forgotten: a stopped one is gone.
void external_driver::remove(const std::string&) {}

result<std::unique_ptr<log_reader>> external_driver::open_log(const std::string&, const log_query&) const {
  return make_error_code(errc::not_found);
}

void external_driver::set_change_listener(std::function<void()> listener) {
  const std::lock_guard lock{state_->mutex};
  state_->listener = std::move(listener);
}

}  // namespace modelgate::control::runtime::external
