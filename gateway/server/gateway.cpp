#include "modelgate/gateway.hpp"

#include "gateway/server/deployment_counts.hpp"
#include "gateway/server/gateway_readings.hpp"
#include "gateway/server/listener.hpp"
#include "gateway/server/serving_table.hpp"
#include "gateway/server/settings_parts.hpp"
#include "gateway/server/worker.hpp"
#include "gateway/telemetry/telemetry.hpp"

#include "modelgate/base/log.hpp"
#include "modelgate/crypto/foreign_hash.hpp"
#include "modelgate/http/reason.hpp"
#include "modelgate/metrics/registry.hpp"
#include "modelgate/net/tls_context.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace modelgate {
namespace {

static_assert(http::reason_count <= std::tuple_size_v<decltype(metrics::worker_stats::replies)>);
static_assert(http::fault_count <= std::tuple_size_v<decltype(metrics::worker_stats::rejected)>);

std::size_t worker_count(const config::settings& settings) {
  if (settings.prediction.workers > 0) return settings.prediction.workers;
  return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

net::tls_context_ptr load_tls(const config::tls_settings& settings, const std::shared_ptr<net::ticket_keys>& tickets) {
  if (!settings.prediction.enabled()) return nullptr;
  auto loaded = net::tls_context::load(settings.prediction, settings.minimum_version, tickets);
  if (!loaded) throw std::runtime_error{"tls.prediction: " + loaded.error()};
  return *loaded;
}

/// Whether what has come with that table has replicas that speak TLS.
bool brings_upstream_tls(const server::serving_table& table) {
  return std::any_of(table.routes.changes().begin(), table.routes.changes().end(), [&](std::uint32_t place) {
    const auto& entry = table.entries[place];
    return entry && std::any_of(entry->endpoints.begin(), entry->endpoints.end(), [](const auto& endpoint) {
             return !endpoint->config().tls_server_name.empty();
           });
  });
}

}  // namespace

struct gateway::state {
  state(const config::settings& settings, crypto::token_key token_key, std::vector<int> handed)
      : key{token_key},
        health{settings.health},
        tickets{std::make_shared<net::ticket_keys>(settings.tls.ticket_rotation)},
        tls{load_tls(settings.tls, tickets)},
        upstream_ca_file{settings.external_runtime.ca_file},
        registry{worker_count(settings), settings.metrics_deployment_name, settings.metrics},
        sockets{settings.listen.prediction, worker_count(settings), std::move(handed), settings.limits.unsent_bytes},
        admission{server::connection_limits_of(settings)},
        passwords{server::password_limits_of(settings), crypto::fits_foreign_hash},
        records{settings, worker_count(settings)},
        current{std::make_shared<const server::serving_table>()} {
    const std::size_t count = worker_count(settings);
    const server::worker_settings of_each = server::to_worker_settings(settings, count);
    for (std::size_t i = 0; i < count; ++i) {
      workers.push_back(std::make_unique<server::worker>(i, of_each, registry.of_worker(i), admission, passwords,
                                                         records.of_worker(i), sockets.release_for(i)));
      workers.back()->install_tls(tls);
    }
  }

  /// The last one that was published. Who looks at all of it does so without the lock, which publishing waits for.
  [[nodiscard]] std::shared_ptr<const server::serving_table> table() const {
    const std::lock_guard lock{mutex};
    return current;
  }

  [[nodiscard]] bool is_live(std::uint64_t generation) const {
    return std::all_of(workers.begin(), workers.end(),
                       [&](const auto& worker) { return worker->live_generation() >= generation; });
  }

  /// Those that no worker has any more, nor a request that began in them; freed here and not on a worker.
  void drop_unused_tables() {
    std::size_t live = 0;  // of all but the last, so many have gone out of use
    while (live + 1 < tables.size() && is_live(tables[live + 1]->generation)) ++live;
    const auto end = tables.begin() + static_cast<std::ptrdiff_t>(live);
    tables.erase(std::remove_if(tables.begin(), end, [](const auto& table) { return table.use_count() == 1; }), end);
  }

  void remember_departed(const server::serving_table& before, const server::serving_table& after) {
    for (const std::uint32_t place : after.routes.changes()) {
      if (place >= before.entries.size() || !before.entries[place]) continue;
      const std::string& id = before.routes.at(place).deployment().id;
      const std::uint32_t now = after.routes.find(id);
      for (const upstream::endpoint_ptr& endpoint : before.entries[place]->endpoints) {
        const bool stays =
            now != routing::route_table::none
            && std::find(after.entries[now]->endpoints.begin(), after.entries[now]->endpoints.end(), endpoint)
                   != after.entries[now]->endpoints.end();
        if (!stays) departed.push_back({id, endpoint, after.generation});
      }
    }
  }

  /// Whoever waits is sent to the new replicas, or told that there is nothing to wait for.
  static void update_queues(const server::serving_table& before, const server::serving_table& after) {
    const steady_time now = steady_clock::now();
    for (const std::uint32_t place : after.routes.changes()) {
      const server::serving_entry* next = after.entries[place].get();
      const server::serving_entry* old = place < before.entries.size() ? before.entries[place].get() : nullptr;
      if (old != nullptr && (next == nullptr || next->queue != old->queue)) old->queue->update({}, false, now);
      if (next == nullptr) continue;
      const config::deployment_config& deployment = after.routes.at(place).deployment();
      next->queue->update(next->endpoints, deployment.state == config::deployment_state::serving, now);
    }
  }

  void forget_returned(const server::serving_table& after) {
    std::erase_if(departed, [&](const server::departed_endpoint& each) {
      const std::uint32_t route = after.routes.find(each.deployment);
      if (route == routing::route_table::none) return false;
      const auto& endpoints = after.entries[route]->endpoints;
      return std::find(endpoints.begin(), endpoints.end(), each.endpoint) != endpoints.end();
    });
  }

  /// The authorities are read when the first replica needs them: they are many.
  void load_upstream_tls() {
    auto loaded = net::tls_client_context::load(upstream_ca_file);
    if (!loaded) {
      log::error("tls", "replicas cannot be verified", {{"why", loaded.error()}});
      return;
    }
    upstream_tls = *loaded;
    for (const auto& worker : workers) worker->install_upstream_tls(upstream_tls);
  }

  [[nodiscard]] config::observation observe(bool counts) const;

  [[nodiscard]] std::size_t sum(metrics::counter metrics::worker_stats::*count) const {
    std::size_t all = 0;
    for (std::size_t i = 0; i < workers.size(); ++i)
      all += static_cast<std::size_t>((registry.of_worker(i).*count).value());
    return all;
  }

  [[nodiscard]] std::vector<metrics::gauge_reading> read_certificates() const {
    std::vector<metrics::gauge_reading> readings;
    const std::lock_guard lock{mutex};
    if (!tls) return readings;
    for (const net::tls_context::shown_certificate& each : tls->certificates()) {
      readings.push_back(net::expiry_reading("prediction", each));
    }
    return readings;
  }

  crypto::token_key key;
  config::health_settings health;
  bool accepts = false;  ///< replicas that are there before the first connection have been serving, as far as is known
  std::shared_ptr<net::ticket_keys> tickets;
  net::tls_context_ptr tls;
  net::tls_client_context_ptr upstream_tls;
  std::filesystem::path upstream_ca_file;
  metrics::registry registry;
  server::listening_sockets sockets;
  server::connection_admission admission;
  filter::password_gate passwords;
  telemetry::telemetry records;

  std::atomic<std::size_t> inside_turn{0};  ///< which worker gets the next connection from within

  std::mutex live_mutex;  ///< only for waiting: workers take it, and must not wait for a table that is being built
  std::condition_variable live_changed;

  mutable std::mutex mutex;
  std::shared_ptr<const server::serving_table> current;
  std::deque<std::shared_ptr<const server::serving_table>> tables;
  mutable std::vector<server::departed_endpoint> departed;

  std::mutex counts_mutex;
  server::client_counts_by_deployment client_counts;  ///< as scrapes have shown them

  std::vector<std::unique_ptr<server::worker>> workers;  ///< last: they end before what they use
};

gateway::gateway(const config::settings& settings, crypto::token_key key, std::vector<int> handed)
    : state_{std::make_unique<state>(settings, key, std::move(handed))} {
  state_->registry.add_source([shared = state_.get()] {
    const auto table = shared->table();
    server::readings seen = server::read_dispatch(*table, shared->registry);
    const std::lock_guard one_at_a_time{shared->counts_mutex};
    for (auto& each : server::read_clients(*table, shared->registry, shared->client_counts))
      seen.push_back(std::move(each));
    return seen;
  });
  state_->registry.add_source([shared = state_.get()] { return server::read_replies(shared->registry); });
  state_->registry.add_source([shared = state_.get()] { return server::read_rejections(shared->registry); });
  state_->registry.add_source([shared = state_.get()] { return shared->read_certificates(); });
  state_->registry.add_source([shared = state_.get()] { return shared->passwords.read(); });
  state_->registry.add_source([shared = state_.get()] { return shared->records.readings(); });
}

gateway::~gateway() {
  for (const auto& worker : state_->workers) worker->stop();
  for (const auto& worker : state_->workers) worker->join();
  state_->passwords.stop();  // it posts to the workers' loops, which end next
}

void gateway::start() {
  prepare();
  accept();
}

void gateway::accept() {
  {
    const std::lock_guard lock{state_->mutex};
    state_->accepts = true;
  }
  for (const auto& worker : state_->workers) worker->accept();
}

const std::vector<int>& gateway::listening_sockets() const {
  return state_->sockets.descriptors();
}

void gateway::prepare() {
  for (const auto& worker : state_->workers) {
    worker->start([shared = state_.get()] {
      const std::lock_guard lock{shared->live_mutex};
      shared->live_changed.notify_all();
    });
  }
}

void gateway::reconfigure(const config::settings& settings) {
  state_->admission.set_limits(server::connection_limits_of(settings));
  state_->passwords.set_limits(server::password_limits_of(settings));
  state_->records.reconfigure(settings);
  const server::worker_settings of_each = server::to_worker_settings(settings, state_->workers.size());
  for (const auto& worker : state_->workers) worker->reconfigure(of_each);
}

void gateway::reopen_access_log() {
  state_->records.reopen();
}

net::endpoint gateway::address() const {
  return state_->sockets.address();
}

result<void, std::string> gateway::reload_tls(const config::tls_settings& settings) {
  const std::lock_guard lock{state_->mutex};
  if (settings.prediction.enabled() != (state_->tls != nullptr)) {
    return std::string{"TLS on the prediction port can be turned on or off by a restart only"};
  }
  if (!state_->tls) return {};
  auto loaded = net::tls_context::load(settings.prediction, settings.minimum_version, state_->tickets);
  if (!loaded) return std::move(loaded).error();
  state_->tls = *loaded;
  for (const auto& worker : state_->workers) worker->install_tls(state_->tls);
  return {};
}

result<void, std::string> gateway::reload_upstream_authorities(const std::filesystem::path& ca_file) {
  const std::lock_guard lock{state_->mutex};
  if (state_->upstream_tls) {
    auto loaded = net::tls_client_context::load(ca_file);
    if (!loaded) return std::move(loaded).error();
    state_->upstream_tls = *loaded;
    for (const auto& worker : state_->workers) worker->install_upstream_tls(state_->upstream_tls);
  }
  state_->upstream_ca_file = ca_file;
  return {};
}

result<int> gateway::open_inside(config::inside_caller_ptr caller) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return error_code{errno, boost::system::system_category()};
  const std::size_t turn = state_->inside_turn.fetch_add(1, std::memory_order_relaxed);
  state_->workers[turn % state_->workers.size()]->take_inside(net::socket_handle{ends[0]}, std::move(caller));
  return ends[1];
}

std::size_t gateway::connections() const {
  return state_->sum(&metrics::worker_stats::connections_open);
}

std::size_t gateway::buffer_bytes() const {
  return state_->sum(&metrics::worker_stats::buffer_bytes);
}

std::vector<metrics::gauge_reading> gateway::certificates() const {
  return state_->read_certificates();
}

void gateway::publish(config::snapshot_ptr next) {
  const std::lock_guard lock{state_->mutex};
  const auto table =
      server::build_serving_table(next, {*state_->current, state_->departed, state_->registry, state_->key,
                                         state_->workers.size(), server::to_ejection_rules(state_->health),
                                         state_->accepts ? state_->health.ramp_time : std::chrono::milliseconds{0}});
  if (!state_->upstream_tls && brings_upstream_tls(*table)) state_->load_upstream_tls();
  state_->forget_returned(*table);
  state_->remember_departed(*state_->current, *table);
  state::update_queues(*state_->current, *table);
  state_->current = table;
  state_->tables.push_back(table);
  for (const auto& worker : state_->workers) worker->install(table);
  state_->drop_unused_tables();
}

bool gateway::wait_until_live(std::uint64_t generation, steady_time deadline) {
  bool live = false;
  {
    std::unique_lock lock{state_->live_mutex};
    live = state_->live_changed.wait_until(lock, deadline, [&] { return state_->is_live(generation); });
  }
  const std::lock_guard lock{state_->mutex};
  state_->drop_unused_tables();
  return live;
}

config::observation gateway::observe() const {
  return state_->observe(false);
}

config::observation gateway::state::observe(bool counts) const {
  config::observation seen;
  for (const auto& worker : workers) seen.live_generation.push_back(worker->live_generation());
  std::shared_ptr<const server::serving_table> shown;
  std::vector<server::departed_endpoint> gone;
  {
    const std::lock_guard lock{mutex};
    shown = current;
    std::erase_if(departed, [&](const server::departed_endpoint& each) {
      return is_live(each.gone_since) && each.endpoint->busy() == 0;
    });
    gone = departed;
  }
  for (std::uint32_t i = 0; i < shown->routes.size(); ++i) {
    if (!shown->entries[i]) continue;
    const routing::route& route = shown->routes.at(i);
    const std::string& id = route.deployment().id;
    for (const upstream::endpoint_ptr& endpoint : shown->entries[i]->endpoints) {
      seen.endpoints.push_back(server::load_of(id, *endpoint, counts));
    }
    server::observe_clients(route, counts, seen);
  }
  for (const server::departed_endpoint& each : gone) {
    seen.endpoints.push_back(server::load_of(each.deployment, *each.endpoint, counts));
  }
  return seen;
}

config::observation gateway::observe_clients(std::string_view deployment) const {
  config::observation seen;
  const auto table = state_->table();
  const std::uint32_t place = table->routes.find(deployment);
  if (place != routing::route_table::none) server::observe_clients(table->routes.at(place), false, seen);
  return seen;
}

config::observation gateway::observe_with_counts() const {
  config::observation seen = state_->observe(true);
  const auto table = state_->table();
  for (std::size_t i = 0; i < table->entries.size(); ++i) {
    if (table->entries[i]) seen.deployments.push_back(server::count(*table->entries[i]->stats));
  }
  return seen;
}

void gateway::set_proof_listener(std::function<void()> listener) {
  state_->passwords.set_proof_listener(std::move(listener));
}

bool gateway::drain(steady_time deadline) {
  for (const auto& worker : state_->workers) worker->drain();
  bool clean = true;
  for (const auto& worker : state_->workers) {
    if (worker->wait_ended(deadline)) continue;
    clean = false;
    worker->stop();
  }
  for (const auto& worker : state_->workers) worker->join();
  state_->passwords.stop();
  state_->records.stop();
  return clean;
}

void gateway::cut() {
  for (const auto& worker : state_->workers) worker->stop();
}

std::string gateway::metrics_text(metrics::exposition_format format) const {
  return state_->registry.expose(format);
}

void gateway::add_metrics_source(std::function<std::vector<reading>()> source) {
  state_->registry.add_source(std::move(source));
}

}  // namespace modelgate
