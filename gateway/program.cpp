// The composition root: the one place that knows every part of the program and says in which order they start and end.
#include "gateway/program.hpp"

#include "control/api/primehub/primehub_api.hpp"
#include "control/api/rest/rest_api.hpp"
#include "control/publish/publisher.hpp"
#include "control/reconcile/reconciler.hpp"
#include "control/runtime/driver_set.hpp"
#include "control/runtime/external/external_driver.hpp"
#include "control/runtime/model_store.hpp"
#include "control/runtime/process/process_driver.hpp"
#include "control/service/client_service.hpp"
#include "control/service/fleet_readings.hpp"
#include "control/service/secret_vault.hpp"
#include "control/store/bootstrap.hpp"
#include "control/store/database.hpp"
#include "control/store/stored_state.hpp"
#include "gateway/certificates.hpp"
#include "gateway/container_engines.hpp"
#include "gateway/control_gate.hpp"
#include "gateway/demo.hpp"
#include "gateway/descriptor_claim.hpp"
#include "gateway/greeting.hpp"
#include "gateway/health.hpp"
#include "gateway/inside_predictions.hpp"
#include "gateway/repeating_task.hpp"
#include "gateway/rest_parts.hpp"
#include "gateway/server/metrics_endpoint.hpp"
#include "gateway/upgrade_loop.hpp"

#include "modelgate/base/log.hpp"
#include "modelgate/base/private_file.hpp"
#include "modelgate/gateway.hpp"
#include "modelgate/http_io/server.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace modelgate {
namespace {

constexpr std::chrono::milliseconds second_signal_poll{50};
constexpr std::chrono::milliseconds same_signal{500};
constexpr std::chrono::milliseconds patience_with_first_snapshot{5'000};  ///< then it serves without
constexpr std::chrono::milliseconds takeover_poll{20};
constexpr std::chrono::minutes chore_interval{1};

/// Runs `start` and says which port it was about when it cannot be had.
template <class Start>
auto listen_on(const char* port, const net::endpoint& address, Start start) {
  try {
    return start();
  } catch (const boost::system::system_error& problem) {
    throw std::runtime_error{
        std::string{"cannot listen on "} + net::to_string(address) + " (" + port + "): " + problem.code().message()
        + (problem.code() == boost::asio::error::address_in_use ? "; another program may use it: " : "; ")
        + "choose another address in [listen] or with --" + port + "-listen"};
  }
}

/// The whole program, part by part in the order of their needs; destruction goes the other way.
class program {
 public:
  /// `live` outlives it.
  program(live_settings& live, predecessor* before)
      : live_{live},
        settings_{*live.now()},
        before_{before},
        database_{settings_.data_folder, {.held_lock = before_ ? before_->offer().store_lock : -1}},
        upgrades_{live_, before_},
        key_{load_key()},
        gateway_{listen_on("prediction", settings_.listen.prediction,
                           [&] {
                             return std::make_unique<gateway>(
                                 settings_, key_, handed(&handover_offer::prediction, settings_.listen.prediction));
                           })},
        processes_{settings_, before_ ? before_->offer().runtime_lock : -1, &runtime_counts_},
        external_{settings_.external_runtime, settings_.health, [this] { return own_addresses(); },
                  control::runtime::external::resolve_with_ttl, &runtime_counts_},
        models_{processes_.models_folder(), settings_.models, control::runtime::external::resolve_by_system},
        engines_{settings_,
                 processes_.instance(),
                 [this](const std::string& name) { return vault_.reveal(database_, name); },
                 models_,
                 before_ != nullptr,
                 runtime_counts_},
        driver_{engines_.with(processes_), external_,
                [this](const control::runtime::placement& where) -> control::runtime::runtime_driver& {
                  return engines_.choose(settings_, where, processes_);
                }},
        stored_state_{database_},
        publisher_{*gateway_, [this](std::string_view image, const auto& where) { return describe(image, where); },
                   serving_defaults(settings_), control::publish::generation_at(system_clock::now())},
        reconciler_{stored_state_, driver_,
                    [this](const auto& desired, const auto& observed) {
                      publisher_.set_defaults(serving_defaults(*live_.now()));
                      return publisher_.update(desired, observed);
                    },
                    *gateway_, reconciler_settings(settings_)},
        context_{.database = database_,
                 .key = key_,
                 .runtime = driver_,
                 .reconciler = reconciler_,
                 .observe_gateway = [this] { return gateway_->observe(); },
                 .observe_clients = [this](const auto& deployment) { return gateway_->observe_clients(deployment); },
                 .count_gateway = [this] { return gateway_->observe_with_counts(); },
                 .predict = [this](const auto& call) { return predictions_.run(call); },
                 .gateway_health = [this] { return health(); }},
        rest_{context_, vault_,
              rest_options_of(live_, gateway_->address(),
                              [this] { return ready_ ? std::string{} : std::string{"starting or draining"}; })},
        certificates_{settings_, *gateway_, external_},
        metrics_server_{listen_on("metrics", settings_.listen.metrics, [&] { return make_metrics_server(); })},
        control_server_{listen_on("control", settings_.listen.control, [&] { return make_control_server(); })} {
    control_server_->set_own_answers(own_answers_of(rest_));
    certificates_.attach(*control_server_);
    processes_.use_models(models_);
    for (const auto& replica : driver_.observe()) models_.hold(replica.name);
    if (before_ == nullptr) models_.remove_unheld();
  }

  ~program() {
    reconciler_.stop();  // also after an exception: it tells parts that end before it
    if (before_ != nullptr) before_->stop_watching();
  }
  program(const program&) = delete;
  program& operator=(const program&) = delete;

  void run(const program_signals& signals, const program_words& words, bool with_demo) {
    const auto new_token = control::store::bootstrap(settings_.data_folder, key_, database_, system_clock::now());
    if (!before_) write_ports();  // everything listens already, and what can fail comes before the first thread
    add_metrics_sources();
    // A client has shown an imported password; on a thread that checks them, which goes on at once.
    gateway_->set_proof_listener([this] { chores_.do_soon(); });
    gateway_->prepare();
    reconciler_.set_shared(before_ != nullptr);
    database_.set_commit_listener([this] { rest_.hub().store_changed(); });
    reconciler_.set_pass_listener([this] { rest_.hub().wake(); });
    reconciler_.start();
    rest_.hub().start();
    rest_.charts().start();
    if (before_) {
      take_charge();
    } else if (!reconciler_.publish_and_wait(steady_clock::now() + patience_with_first_snapshot)) {
      log::warning("program", "serving without knowing the deployments yet");
    }
    gateway_->accept();
    std::thread loop{[this] { loop_.run(); }};
    ready_ = true;
    log::info("program", "serving",
              {{"prediction", net::to_string(gateway_->address())},
               {"control", net::to_string(control_server_->address())},
               {"metrics", net::to_string(metrics_server_->address())}});
    greet(settings_, control_server_->address(), new_token);
    certificate_watch_.start();
    chores_.start();
    if (with_demo) demo_.begin(context_, settings_, gateway_->address(), control_server_->address());

    upgrades_.run_until_end(signals, words,
                            {[this](steady_time until) { return let_go(until); }, [this] { take_back(); }, {}}, [this] {
                              gateway_->reopen_access_log();  // also with mistakes in the settings
                              if (live_.reload()) go_on_with(*live_.now());
                            });
    log::info("program", "draining");
    ready_ = false;
    demo_.end();
    certificate_watch_.stop();
    chores_.stop();
    std::thread listening{[this, &signals] { hurry_on_another(signals); }};
    drain();
    drained_ = true;
    listening.join();
    loop.join();
    log::info("program", "ended");
  }

 private:
  crypto::token_key load_key() const {
    const std::filesystem::path file = settings_.data_folder / "token.key";
    auto key = crypto::token_key::load_or_create(file);
    if (!key) throw std::runtime_error{"the token key " + file.string() + " cannot be used: " + key.error().message()};
    return *key;
  }

  control::service::gateway_health health() const {
    const config::snapshot_ptr live = reconciler_.live();
    return look_at_health({live_, *gateway_, certificates_, *control_server_, *metrics_server_, started_at_},
                          live ? std::optional{live->generation} : std::nullopt);
  }

  /// Where an external replica cannot be. Asked by threads that start after the servers are there.
  std::vector<net::endpoint> own_addresses() const {
    return {gateway_->address(), control_server_->address(), metrics_server_->address()};
  }

  std::optional<control::runtime::image_description> describe(std::string_view image,
                                                              const control::runtime::placement& where) const {
    auto described = driver_.describe_image(image, where);
    if (!described) return std::nullopt;
    return std::move(*described);
  }

  /// Other settings for everything that runs; keys that need a restart are the same in them. On the main thread.
  void go_on_with(const config::settings& next) {
    log::set_level(next.log_level);
    gateway_->reconfigure(next);
    processes_.reconfigure(next);
    engines_.reconfigure(next);
    models_.reconfigure(next.models);
    external_.reconfigure(next.external_runtime);
    if (const auto read = certificates_.reload(next); !read) {
      log::error("reload", read.error(),
                 {{"what", std::string_view{"certificates: those from before stay as they are"}}});
    }
    reconciler_.reconfigure(reconciler_settings(next));  // its pass publishes other defaults of deployments too
    boost::asio::post(loop_, [this, control = control_port_limits(next), metrics = own_port_limits(next)] {
      control_server_->set_limits(control);
      metrics_server_->set_limits(metrics);
    });
  }

  static control::publish::serving_defaults serving_defaults(const config::settings& settings) {
    return {settings.timeouts.total, settings.limits.body_bytes};
  }

  static control::reconcile::reconciler_settings reconciler_settings(const config::settings& settings) {
    control::reconcile::reconciler_settings made;
    made.plan.restart_backoff = settings.process_runtime.restart_backoff;
    made.plan.restart_backoff_max = settings.process_runtime.restart_backoff_max;
    made.plan.drain_limit = settings.timeouts.drain;
    made.plan.surge = settings.rollout.surge;
    made.settle_time = settings.rollout.settle;
    return made;
  }

  /// Of the control port and the metrics port, each for itself.
  static http_io::server_limits own_port_limits(const config::settings& settings) {
    http_io::server_limits limits;
    limits.body_bytes = settings.limits.control_body_bytes;
    limits.connections = settings.limits.control_connections;
    limits.turn_timeout = settings.graphql.turn_timeout;
    limits.request_timeout = settings.timeouts.control_request;
    limits.keep_alive = settings.timeouts.keep_alive;
    limits.handshake = settings.timeouts.handshake;
    return limits;
  }

  static http_io::server_limits control_port_limits(const config::settings& settings) {
    http_io::server_limits limits = own_port_limits(settings);
    limits.answer_bytes = settings.limits.control_answer_bytes;
    return limits;
  }

  /// The sockets of one listener that the process before this one handed over, where it listened at that address.
  std::vector<int> handed(offered_listener handover_offer::*listener, const net::endpoint& wanted) const {
    return before_ ? take_sockets(before_->offer().*listener, wanted) : std::vector<int>{};
  }
  int handed_one(offered_listener handover_offer::*listener, const net::endpoint& wanted) const {
    const auto sockets = handed(listener, wanted);
    return sockets.empty() ? -1 : sockets.front();
  }

  std::unique_ptr<http_io::server> make_metrics_server() {
    return std::make_unique<http_io::server>(
        loop_, metrics_pool_, settings_.listen.metrics, own_port_limits(settings_),
        [this](const http_io::request& request) {
          return server::answer_scrape(request, [this](auto format) { return gateway_->metrics_text(format); });
        },
        nullptr, handed_one(&handover_offer::metrics, settings_.listen.metrics));
  }

  std::unique_ptr<http_io::server> make_control_server() {
    return std::make_unique<http_io::server>(
        loop_, control_pool_, settings_.listen.control, control_port_limits(settings_),
        [this](const http_io::request& request) { return answer_control(request); }, certificates_.control_context(),
        handed_one(&handover_offer::control, settings_.listen.control));
  }

  /// While a new program takes over, this one cannot tell what is so, and must not change anything.
  http_io::response answer_control(const http_io::request& request) {
    const bool primehub = control::primehub::primehub_api::has(request.path);
    if (!primehub && !request.path.starts_with("/api/")) return rest_(request);  // pages and probes ask no store
    if (!control_gate_.enter()) return upgrading_answer(request);
    const leaving_gate left{control_gate_};
    return primehub ? primehub_(request) : rest_(request);
  }

  struct leaving_gate {
    control_gate& gate;
    ~leaving_gate() { gate.leave(); }
  };

  /// Changes the store, so it keeps out of an upgrade's way as requests do.
  void do_chores() {
    if (!control_gate_.enter()) return;
    const leaving_gate left{control_gate_};
    rest_.do_chores();
    clients_.store_seen();
  }

  void add_metrics_sources() {
    gateway_->add_metrics_source([] {
      return std::vector<gateway::reading>{
          {"modelgate_build_info", "The program that runs; always 1.", {{"version", MODELGATE_VERSION}}, 1, false}};
    });
    gateway_->add_metrics_source([this] { return certificates_.read(); });
    gateway_->add_metrics_source([this] { return readings_of(rest_.hub()); });
    gateway_->add_metrics_source([this] { return readings_of(primehub_); });
    gateway_->add_metrics_source([this] { return live_.readings(); });
    gateway_->add_metrics_source([this] { return upgrades_.readings(); });
    gateway_->add_metrics_source([this] { return fleet_.read(); });
    gateway_->add_metrics_source([this] { return engines_.read(); });
    gateway_->add_metrics_source([this] {
      std::vector<std::string> served;
      if (const config::snapshot_ptr live = reconciler_.live()) {
        for (const auto& deployment : live->deployments) served.push_back(deployment->id);
      }
      return runtime_counts_.read(served, settings_.metrics_deployment_name);
    });
    gateway_->add_metrics_source([this] { return reconciler_.stats().read(); });
  }

  /// Serves what the running program does, and then instead of it.
  void take_charge() {
    const steady_time begun = steady_clock::now();
    const steady_time deadline = begun + settings_.timeouts.upgrade;
    if (!reconciler_.publish_and_wait(deadline)) {
      throw std::runtime_error{"the deployments could not be read from the store in time"};
    }
    // Replicas that run elsewhere are found anew. One that has just died must not keep us from beginning.
    const steady_time enough = begun + settings_.timeouts.upgrade / 2;
    std::unique_lock lock{mutex_};
    while (!serves_as_before() && steady_clock::now() < enough) ending_changed_.wait_for(lock, takeover_poll);
    lock.unlock();
    if (!serves_as_before()) log::warning("upgrade", "not every replica that served before is back; going on without");
    before_->take_charge(deadline);

    processes_.confirm();
    engines_.confirm();
    database_.lock().sign();
    upgrades_.count_from(before_->offer());
    try {
      write_ports();
    } catch (const std::runtime_error& problem) {  // too late to give up
      log::error("upgrade", problem.what());
    }
    before_->watch([this] {
      log::info("upgrade", "the program before this one has ended");
      reconciler_.set_shared(false);
    });
  }

  [[nodiscard]] bool serves_as_before() const {
    const std::vector<std::string> now = served_replicas();
    return std::all_of(before_->offer().served.begin(), before_->offer().served.end(),
                       [&](const std::string& name) { return std::find(now.begin(), now.end(), name) != now.end(); });
  }

  [[nodiscard]] std::vector<std::string> served_replicas() const {
    std::vector<std::string> names;
    const config::snapshot_ptr live = reconciler_.live();
    if (!live) return names;
    for (const auto& deployment : live->deployments) {
      for (const auto& endpoint : deployment->endpoints) names.push_back(endpoint.replica);
    }
    return names;
  }

  handover_offer let_go(steady_time deadline) {
    demo_.end();
    if (!control_gate_.close(deadline)) {
      control_gate_.open();
      throw std::runtime_error{"requests to the control port did not end in time"};
    }
    rest_.hub().stop();  // listeners come back, to the new program
    clients_.store_seen();
    rest_.store_last_use();
    reconciler_.stop();
    processes_.let_go();
    engines_.let_go();
    handover_offer offer;
    offer.prediction = {settings_.listen.prediction, gateway_->address(), gateway_->listening_sockets()};
    offer.control = {settings_.listen.control, control_server_->address(), {control_server_->listening_socket()}};
    offer.metrics = {settings_.listen.metrics, metrics_server_->address(), {metrics_server_->listening_socket()}};
    offer.store_lock = database_.lock().descriptor();
    offer.runtime_lock = processes_.lock_descriptor();
    offer.served = served_replicas();
    upgrades_.add_to(offer);
    return offer;
  }

  void take_back() {
    processes_.take_back();
    engines_.take_back();
    reconciler_.start();
    rest_.hub().start();
    control_gate_.open();
  }

  void write_ports() const {
    const boost::json::object ports{{"prediction", net::to_string(gateway_->address())},
                                    {"control", net::to_string(control_server_->address())},
                                    {"metrics", net::to_string(metrics_server_->address())}};
    if (const error_code problem =
            write_private_file(settings_.data_folder / "ports.json", boost::json::serialize(ports) + "\n")) {
      // Who looks for the ports misses it; applications and models must not.
      log::error("program", "ports.json cannot be written", {{"why", problem.message()}});
    }
  }

  /// A second signal means now: nobody is waited for any more, and still no process is left. Supervisors that signal a
  /// process and then its group do so at once: that is one signal.
  void hurry_on_another(const program_signals& signals) {
    const steady_time since = steady_clock::now();
    while (!drained_) {
      if (!signals.wait_for_end(second_signal_poll)) continue;
      if (steady_clock::now() - since < same_signal) continue;
      log::warning("program", "a second signal: ending at once");
      {
        const std::lock_guard lock{mutex_};
        hurried_ = true;
      }
      ending_changed_.notify_all();
      gateway_->cut();
      processes_.hurry();
      engines_.hurry();
      return;
    }
  }

  /// Traffic first, then what it needed: requests in flight finish on replicas that still run.
  void drain() {
    const auto now = live_.now();
    {
      // Load balancers see /readyz and stop sending meanwhile.
      std::unique_lock lock{mutex_};
      if (!upgrades_.is_upgraded())
        ending_changed_.wait_for(lock, now->timeouts.drain_delay, [this] { return hurried_; });
    }
    reconciler_.start_no_more();
    boost::asio::post(loop_, [this] { control_server_->drain(); });
    if (!gateway_->drain(steady_clock::now() + now->timeouts.drain)) {
      log::warning("program", "some requests were cut: they took longer than timeouts.drain");
    }
    if (!upgrades_.is_upgraded()) {
      clients_.store_seen();
      rest_.store_last_use();
    }
    rest_.hub().stop();
    models_.stop();
    reconciler_.stop();
    external_.shutdown();
    const steady_time end_of_grace = steady_clock::now() + now->process_runtime.stop_grace;
    std::thread containers{[this, end_of_grace] { engines_.shutdown(end_of_grace); }};
    processes_.shutdown(end_of_grace);
    containers.join();
    boost::asio::post(loop_, [this] {
      metrics_server_->drain();
      keep_running_.reset();
    });
  }

  live_settings& live_;
  const config::settings settings_;  ///< at start; what may change is asked of `live_`
  predecessor* const before_;        ///< null: nobody served here before
  control::store::database database_;
  upgrade_loop upgrades_;
  const crypto::token_key key_;
  std::unique_ptr<gateway> gateway_;
  control::service::secret_vault vault_{settings_.data_folder / "secret.key"};
  control::runtime::runtime_counts runtime_counts_;
  control::runtime::process::process_driver processes_;
  control::runtime::external::external_driver external_;
  control::runtime::model_store models_;
  container_engines engines_;
  control::runtime::driver_set driver_;
  control::store::stored_state stored_state_;
  control::publish::publisher publisher_;
  control::reconcile::reconciler reconciler_;
  inside_predictions predictions_{*gateway_, live_};
  control::service::service_context context_;
  control::service::client_service clients_{context_};
  control::service::fleet_readings fleet_{context_, settings_.metrics_deployment_name};
  control::rest::rest_api rest_;
  control::primehub::primehub_api primehub_{context_, vault_, rest_.logins(), rest_.trail(), rest_.options()};
  certificates certificates_;

  const system_time started_at_ = system_clock::now();
  std::atomic<bool> ready_{false};
  std::mutex mutex_;
  std::condition_variable ending_changed_;
  bool hurried_ = false;
  demo demo_;
  control_gate control_gate_;
  std::atomic<bool> drained_{false};
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running_{loop_.get_executor()};
  blocking_pool control_pool_{"control", 8, 256};
  blocking_pool metrics_pool_{"metrics", 1, 16, pool_priority::background};
  std::unique_ptr<http_io::server> metrics_server_;
  std::unique_ptr<http_io::server> control_server_;
  repeating_task certificate_watch_{settings_.tls.poll_interval, [this] { certificates_.reload_if_changed(); }};
  repeating_task chores_{chore_interval, [this] { do_chores(); }};
};

}  // namespace

void run_program(config::settings settings, settings_reader read, const program_signals& signals,
                 const program_words& words, predecessor* before, bool with_demo) {
  const bool lowered = claim_file_descriptors(settings);
  live_settings live{std::move(settings), [read = std::move(read)] {
                       auto next = read();
                       if (next && claim_file_descriptors(*next)) say_that_fewer_connect(*next);
                       return next;
                     }};
  if (before != nullptr) before->take_over(steady_clock::now() + live.now()->timeouts.upgrade);
  program served{live, before};
  if (lowered) say_that_fewer_connect(*live.now());  // after what can fail, which says one line and no more
  served.run(signals, words, with_demo);
}

}  // namespace modelgate
