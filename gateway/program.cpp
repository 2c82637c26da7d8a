// The composition root: the one place that knows every part of the program and says in which order they start and end.
#include "gateway/program.hpp"

#include "control/api/rest/rest_api.hpp"
#include "control/publish/publisher.hpp"
#include "control/reconcile/reconciler.hpp"
#include "control/runtime/driver_set.hpp"
#include "control/runtime/external/external_driver.hpp"
#include "control/runtime/process/process_driver.hpp"
#include "control/service/demo_state.hpp"
#include "control/service/deployment_service.hpp"
#include "control/store/bootstrap.hpp"
#include "control/store/database.hpp"
#include "control/store/stored_state.hpp"
#include "gateway/certificates.hpp"
#include "gateway/greeting.hpp"

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
#include <sys/resource.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace modelgate {
namespace {

constexpr std::chrono::milliseconds demo_poll{100};
constexpr std::chrono::milliseconds second_signal_poll{50};
constexpr std::chrono::milliseconds same_signal{500};

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
  explicit program(const config::settings& settings)
      : settings_{settings},
        database_{settings_.data_folder},
        key_{load_key()},
        gateway_{listen_on("prediction", settings_.listen.prediction,
                           [&] { return std::make_unique<gateway>(settings_, key_); })},
        processes_{settings_},
        external_{settings_.external_runtime, [this] { return own_addresses(); }},
        driver_{processes_, external_},
        stored_state_{database_},
        publisher_{*gateway_,
                   [this](std::string_view image) { return describe(image); },
                   {settings_.timeouts.total, settings_.limits.body_bytes},
                   control::publish::generation_at(system_clock::now())},
        reconciler_{stored_state_, driver_,
                    [this](const auto& desired, const auto& observed) { return publisher_.update(desired, observed); },
                    *gateway_, reconciler_settings()},
        context_{database_, key_, driver_, reconciler_, [this] { return gateway_->observe(); }},
        rest_{context_, rest_options()},
        certificates_{settings_, *gateway_, external_},
        metrics_server_{listen_on("metrics", settings_.listen.metrics, [&] { return make_metrics_server(); })},
        control_server_{listen_on("control", settings_.listen.control, [&] { return make_control_server(); })} {
    certificates_.attach(*control_server_);
  }

  void run(const termination_signals& signals, bool with_demo) {
    const auto new_token = control::store::bootstrap(settings_.data_folder, key_, database_, system_clock::now());
    write_ports();  // everything listens already, and what can fail comes before the first thread
    gateway_->add_metrics_source([] {
      return std::vector<gateway::reading>{
          {"modelgate_build_info", "The program that runs; always 1.", {{"version", MODELGATE_VERSION}}, 1, false}};
    });
    gateway_->add_metrics_source([this] { return certificates_.read(); });
    gateway_->start();
    reconciler_.start();
    std::thread loop{[this] { loop_.run(); }};
    ready_ = true;
    log::info("program", "serving",
              {{"prediction", net::to_string(gateway_->address())},
               {"control", net::to_string(control_server_->address())},
               {"metrics", net::to_string(metrics_server_->address())}});
    greet(settings_, control_server_->address(), new_token);
    std::thread watching{[this] { watch_certificates(); }};
    std::thread demo{[this, with_demo] {
      if (with_demo) run_demo();
    }};

    signals.wait();
    log::info("program", "draining");
    ready_ = false;
    {
      const std::lock_guard lock{mutex_};
      ending_ = true;
    }
    ending_changed_.notify_all();
    demo.join();
    watching.join();
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

  /// Where an external replica cannot be. Asked by threads that start after the servers are there.
  std::vector<net::endpoint> own_addresses() const {
    return {gateway_->address(), control_server_->address(), metrics_server_->address()};
  }

  std::optional<control::runtime::image_description> describe(std::string_view image) const {
    auto described = driver_.describe_image(image);
    if (!described) return std::nullopt;
    return std::move(*described);
  }

  control::reconcile::reconciler_settings reconciler_settings() const {
    control::reconcile::reconciler_settings made;
    made.plan.restart_backoff = settings_.process_runtime.restart_backoff;
    made.plan.restart_backoff_max = settings_.process_runtime.restart_backoff_max;
    made.plan.drain_limit = settings_.timeouts.drain;
    return made;
  }

  /// Of the control port and the metrics port, each for itself.
  http_io::server_limits own_port_limits() const {
    http_io::server_limits limits;
    limits.body_bytes = settings_.limits.control_body_bytes;
    limits.connections = settings_.limits.control_connections;
    limits.request_timeout = settings_.timeouts.control_request;
    limits.keep_alive = settings_.timeouts.keep_alive;
    limits.handshake = settings_.timeouts.handshake;
    return limits;
  }

  std::unique_ptr<http_io::server> make_metrics_server() {
    return std::make_unique<http_io::server>(
        loop_, metrics_pool_, settings_.listen.metrics, own_port_limits(),
        [this](const http_io::request& request) { return answer_scrape(request); });
  }

  /// Files are looked at off the loops.
  void watch_certificates() {
    const bool any = settings_.tls.prediction.enabled() || settings_.tls.control.enabled()
                     || !settings_.external_runtime.ca_file.empty();
    while (any) {
      {
        std::unique_lock lock{mutex_};
        if (ending_changed_.wait_for(lock, settings_.tls.poll_interval, [this] { return ending_; })) return;
      }
      certificates_.reload_if_changed();
    }
  }

  control::rest::rest_options rest_options() {
    control::rest::rest_options options;
    options.version = MODELGATE_VERSION;
    options.public_url = settings_.prediction.public_url;
    options.prediction = {gateway_->address().port, settings_.tls.prediction.enabled()};
    options.serving.timeout = std::chrono::duration_cast<std::chrono::seconds>(settings_.timeouts.total);
    options.serving.max_body_bytes = settings_.limits.body_bytes;
    options.not_ready_because = [this] { return ready_ ? std::string{} : std::string{"starting or draining"}; };
    return options;
  }

  std::unique_ptr<http_io::server> make_control_server() {
    return std::make_unique<http_io::server>(
        loop_, control_pool_, settings_.listen.control, own_port_limits(),
        [this](const http_io::request& request) { return rest_(request); }, certificates_.control_context());
  }

  http_io::response answer_scrape(const http_io::request& request) const {
    http_io::response answer;
    if (request.path != "/metrics" && request.path != "/prometheus") {
      answer.status = 404;
      answer.body = "metrics are at /metrics\n";
      return answer;
    }
    answer.fields.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    answer.body = gateway_->metrics_text();
    return answer;
  }

  void write_ports() const {
    const boost::json::object ports{{"prediction", net::to_string(gateway_->address())},
                                    {"control", net::to_string(control_server_->address())},
                                    {"metrics", net::to_string(metrics_server_->address())}};
    if (const error_code problem =
            write_private_file(settings_.data_folder / "ports.json", boost::json::serialize(ports) + "\n")) {
      throw std::runtime_error{"ports.json cannot be written: " + problem.message()};
    }
  }

  void run_demo() {
    const auto demo = control::service::ensure_demo(context_, settings_.data_folder);
    if (!demo) {
      log::error("demo", demo.error().detail);
      return;
    }
    const control::domain::principal admin{
        std::string{control::store::first_user_name}, control::domain::platform_role::admin, {}};
    const control::service::deployment_service deployments{context_};
    for (const std::string& id : {demo->public_deployment, demo->private_deployment}) {
      for (;;) {
        const auto view = deployments.get(admin, id);
        if (!view) return;
        using control::domain::deployment_phase;
        if (view->status.phase == deployment_phase::deployed) break;
        if (view->status.phase == deployment_phase::failed || view->status.phase == deployment_phase::stopped) {
          log::warning("demo", view->status.message, {{"deployment", id}});
          return;
        }
        std::unique_lock lock{mutex_};
        if (ending_changed_.wait_for(lock, demo_poll, [this] { return ending_; })) return;
      }
    }
    print_demo(*demo, gateway_->address(), settings_.tls.prediction.enabled());
  }

  /// A second signal means now: nobody is waited for any more, and still no process is left. Supervisors that signal a
  /// process and then its group do so at once: that is one signal.
  void hurry_on_another(const termination_signals& signals) {
    const steady_time since = steady_clock::now();
    while (!drained_) {
      if (!signals.wait_for(second_signal_poll)) continue;
      if (steady_clock::now() - since < same_signal) continue;
      log::warning("program", "a second signal: ending at once");
      {
        const std::lock_guard lock{mutex_};
        hurried_ = true;
      }
      ending_changed_.notify_all();
      gateway_->cut();
      processes_.hurry();
      return;
    }
  }

  /// Traffic first, then what it needed: requests in flight finish on replicas that still run.
  void drain() {
    {
      // Load balancers see /readyz and stop sending meanwhile.
      std::unique_lock lock{mutex_};
      ending_changed_.wait_for(lock, settings_.timeouts.drain_delay, [this] { return hurried_; });
    }
    boost::asio::post(loop_, [this] { control_server_->drain(); });
    if (!gateway_->drain(steady_clock::now() + settings_.timeouts.drain)) {
      log::warning("program", "some requests were cut: they took longer than timeouts.drain");
    }
    reconciler_.stop();
    external_.shutdown();
    processes_.shutdown(steady_clock::now() + settings_.process_runtime.stop_grace);
    boost::asio::post(loop_, [this] {
      metrics_server_->drain();
      keep_running_.reset();
    });
  }

  const config::settings settings_;
  control::store::database database_;
  const crypto::token_key key_;
  std::unique_ptr<gateway> gateway_;
  control::runtime::process::process_driver processes_;
  control::runtime::external::external_driver external_;
  control::runtime::driver_set driver_;
  control::store::stored_state stored_state_;
  control::publish::publisher publisher_;
  control::reconcile::reconciler reconciler_;
  control::service::service_context context_;
  control::rest::rest_api rest_;
  certificates certificates_;

  std::atomic<bool> ready_{false};
  std::mutex mutex_;
  std::condition_variable ending_changed_;
  bool ending_ = false;
  bool hurried_ = false;
  std::atomic<bool> drained_{false};
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running_{loop_.get_executor()};
  blocking_pool control_pool_{"control", 8, 256};
  blocking_pool metrics_pool_{"metrics", 1, 16};
  std::unique_ptr<http_io::server> metrics_server_;
  std::unique_ptr<http_io::server> control_server_;
};

/// Every connection is a file descriptor, and so is much else: takes what the system gives. Answers whether
/// limits.connections had to be lowered to fit.
bool claim_file_descriptors(config::settings& settings) {
  constexpr rlim_t others = 512;  // store, replicas, control and metrics
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return false;
  files.rlim_cur = files.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &files) != 0) return false;
  // Each request in flight may need one to its replica too.
  const rlim_t possible = files.rlim_max > 2 * others ? (files.rlim_max - others) / 2 : others / 2;
  if (files.rlim_max == RLIM_INFINITY || settings.limits.connections <= possible) return false;
  settings.limits.connections = static_cast<std::size_t>(possible);
  return true;
}

}  // namespace

termination_signals::termination_signals() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGTERM);
  sigaddset(&set_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void termination_signals::wait() const {
  int received = 0;
  while (sigwait(&set_, &received) != 0) {
  }
}

bool termination_signals::wait_for(std::chrono::milliseconds patience) const {
  const timespec longest{patience.count() / 1'000, patience.count() % 1'000 * 1'000'000};
  return sigtimedwait(&set_, nullptr, &longest) > 0;
}

void run_program(config::settings settings, const termination_signals& signals, bool with_demo) {
  const bool lowered = claim_file_descriptors(settings);
  program served{settings};
  if (lowered) {
    log::warning("program", "the limit of open files is too low for limits.connections; fewer are accepted",
                 {{"connections", static_cast<std::uint64_t>(settings.limits.connections)}});
  }
  served.run(signals, with_demo);
}

}  // namespace modelgate
