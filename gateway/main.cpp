// The composition root: the one place that knows every part of the program and says in which order they start and end.
#include "control/api/rest/rest_api.hpp"
#include "control/cli/cli.hpp"
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

#include "modelgate/base/log.hpp"
#include "modelgate/base/private_file.hpp"
#include "modelgate/config/settings.hpp"
#include "modelgate/gateway.hpp"
#include "modelgate/http_io/server.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <sys/resource.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

extern char** environ;

namespace modelgate {
namespace {

constexpr int exit_ok = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr int exit_bad_config = 78;

constexpr std::chrono::milliseconds demo_poll{100};

struct serve_options {
  std::string config;
  std::string data_folder;
  std::string prediction;
  std::string control;
  std::string metrics;
  bool demo = false;
};

void print(const diagnostics& mistakes, const std::string& file) {
  for (const diagnostic& mistake : mistakes) {
    std::cerr << (mistake.where.empty() ? file : file + ":" + mistake.where) << ": " << mistake.detail << "\n";
  }
}

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> variables;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view text{*each};
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

/// Flags override the environment, which overrides the file, which overrides the defaults. Every mistake is found at
/// once.
result<config::settings, diagnostics> settings_of(const serve_options& options) {
  config::settings settings;
  diagnostics mistakes;
  if (!options.config.empty()) {
    auto loaded = config::load_settings(options.config);
    if (loaded)
      settings = std::move(*loaded);
    else
      mistakes = loaded.error();
    print(mistakes, options.config);
  }
  const diagnostics in_environment = config::apply_environment(settings, environment());
  print(in_environment, "environment");
  mistakes.insert(mistakes.end(), in_environment.begin(), in_environment.end());

  if (!options.data_folder.empty()) settings.data_folder = options.data_folder;
  const auto take_address = [&](const std::string& text, const char* flag, net::endpoint& into) {
    if (text.empty()) return;
    if (const auto parsed = net::parse_endpoint(text)) {
      into = *parsed;
      return;
    }
    const diagnostics mistake{
        {"", "INVALID", "\"" + text + "\" is not an IP address and a port, such as 127.0.0.1:8080"}};
    print(mistake, flag);
    mistakes.push_back(mistake.front());
  };
  take_address(options.prediction, "--prediction-listen", settings.listen.prediction);
  take_address(options.control, "--control-listen", settings.listen.control);
  take_address(options.metrics, "--metrics-listen", settings.listen.metrics);
  if (!mistakes.empty()) return mistakes;
  return settings;
}

/// Runs `start` and says which port it was about when it cannot be had.
template <class Start>
auto listen_on(const char* port, const net::endpoint& address, Start start) {
  try {
    return start();
  } catch (const boost::system::system_error& problem) {
    throw std::runtime_error{
        std::string{"cannot listen on "} + net::to_string(address) + " (" + port + "): " + problem.code().message()
        + "; another program may use it: choose another address in [listen] or with --" + port + "-listen"};
  }
}

/// SIGTERM and SIGINT, taken by one thread only: the others inherit the mask.
class termination_signals {
 public:
  termination_signals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }
  void wait() const {
    int received = 0;
    while (sigwait(&set_, &received) != 0) {
    }
  }
  /// The next one ends the process at once.
  void let_through() const { pthread_sigmask(SIG_UNBLOCK, &set_, nullptr); }

 private:
  sigset_t set_;
};

/// What a person needs to go on, on standard output.
void greet(const config::settings& settings, const net::endpoint& control,
           const std::optional<std::filesystem::path>& token) {
  std::cout << "modelgate serves.\n"
            << "  control     http://" << net::to_string(control) << "/api/v1\n";
  const std::filesystem::path file = settings.data_folder / "initial-admin-token";
  if (token || std::filesystem::exists(file)) {
    std::cout << "  admin token " << std::filesystem::absolute(file).string() << (token ? " (new)" : "") << "\n";
  }
  std::cout << std::flush;
}

/// The two demo lines, once both deployments answer; they work when pasted.
void print_demo(const control::service::demo_state& demo, const net::endpoint& prediction) {
  const net::endpoint reachable{prediction.host == "0.0.0.0" ? "127.0.0.1" : prediction.host, prediction.port};
  const auto line = [&](const std::string& id, const std::string& more) {
    return "  curl " + more + "-H 'Content-Type: application/json' -d "
           + R"('{"data":{"names":["sl","sw","pl","pw"],"tensor":{"shape":[2,4],"values":[5.1,3.5,1.4,0.2,6.7,3.0,5.2,2.3]}}}' )"
           + "http://" + net::to_string(reachable) + "/deployment/" + id + "/api/v1.0/predictions\n";
  };
  std::cout << "\nTwo demo deployments are up, two replicas each. A prediction from the public one:\n\n"
            << line(demo.public_deployment, "") << "\nand from the private one, as its client \"" << demo.client
            << "\":\n\n"
            << line(demo.private_deployment,
                    "-u \"" + demo.client + ":$(cat '" + std::filesystem::absolute(demo.token_file).string() + "')\" ")
            << "\nCtrl-C ends modelgate and every replica.\n"
            << std::flush;
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
        metrics_server_{listen_on("metrics", settings_.listen.metrics, [&] { return make_metrics_server(); })},
        control_server_{listen_on("control", settings_.listen.control, [&] { return make_control_server(); })} {}

  int run(const termination_signals& signals, bool with_demo) {
    const auto new_token = control::store::bootstrap(settings_.data_folder, key_, database_, system_clock::now());
    write_ports();  // everything listens already, and what can fail comes before the first thread
    gateway_->add_metrics_source([] {
      return std::vector<gateway::reading>{
          {"modelgate_build_info", "The program that runs; always 1.", {{"version", MODELGATE_VERSION}}, 1, false}};
    });
    gateway_->start();
    reconciler_.start();
    std::thread loop{[this] { loop_.run(); }};
    ready_ = true;
    log::info("program", "serving",
              {{"prediction", net::to_string(gateway_->address())},
               {"control", net::to_string(control_server_->address())},
               {"metrics", net::to_string(metrics_server_->address())}});
    greet(settings_, control_server_->address(), new_token);
    std::thread demo{[this, with_demo] {
      if (with_demo) run_demo();
    }};

    signals.wait();
    log::info("program", "draining");
    signals.let_through();  // a second one means now; replicas that are left are ended by the next start
    ready_ = false;
    {
      const std::lock_guard lock{mutex_};
      ending_ = true;
    }
    ending_changed_.notify_all();
    demo.join();
    drain();
    loop.join();
    log::info("program", "ended");
    return exit_ok;
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

  std::unique_ptr<http_io::server> make_metrics_server() {
    http_io::server_limits limits;
    limits.connections = 16;
    return std::make_unique<http_io::server>(
        loop_, metrics_pool_, settings_.listen.metrics, limits,
        [this](const http_io::request& request) { return answer_scrape(request); });
  }

  control::rest::rest_options rest_options() {
    control::rest::rest_options options;
    options.version = MODELGATE_VERSION;
    options.public_url = settings_.prediction.public_url;
    options.prediction_port = gateway_->address().port;
    options.serving.timeout = std::chrono::duration_cast<std::chrono::seconds>(settings_.timeouts.total);
    options.serving.max_body_bytes = settings_.limits.body_bytes;
    options.not_ready_because = [this] { return ready_ ? std::string{} : std::string{"starting or draining"}; };
    return options;
  }

  std::unique_ptr<http_io::server> make_control_server() {
    http_io::server_limits limits;
    limits.body_bytes = settings_.limits.control_body_bytes;
    limits.connections = settings_.limits.control_connections;
    limits.request_timeout = settings_.timeouts.control_request;
    limits.keep_alive = settings_.timeouts.keep_alive;
    return std::make_unique<http_io::server>(loop_, control_pool_, settings_.listen.control, limits,
                                             [this](const http_io::request& request) { return rest_(request); });
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
    print_demo(*demo, gateway_->address());
  }

  /// Traffic first, then what it needed: requests in flight finish on replicas that still run.
  void drain() {
    if (settings_.timeouts.drain_delay.count() > 0) std::this_thread::sleep_for(settings_.timeouts.drain_delay);
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

  std::atomic<bool> ready_{false};
  std::mutex mutex_;
  std::condition_variable ending_changed_;
  bool ending_ = false;
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

int serve(const serve_options& options) {
  auto settings = settings_of(options);
  if (!settings) return exit_bad_config;
  const termination_signals signals;  // before the first thread
  log::set_level(settings->log_level);
  const bool lowered = claim_file_descriptors(*settings);
  crypto::initialise();
  program served{*settings};
  if (lowered) {
    log::warning("program", "the limit of open files is too low for limits.connections; fewer are accepted",
                 {{"connections", static_cast<std::uint64_t>(settings->limits.connections)}});
  }
  return served.run(signals, options.demo);
}

int check(const std::string& file) {
  const auto loaded = config::load_settings(file);
  if (!loaded) {
    print(loaded.error(), file);
    return exit_bad_config;
  }
  std::cout << file << " is fine\n";
  return exit_ok;
}

int run(int count, char** arguments) {
  const std::string_view command = count > 1 ? arguments[1] : "";
  if (command != "serve" && command != "check") return control::cli::run_client(count, arguments);

  CLI::App app{"modelgate serves a team's machine-learning models", "modelgate"};
  app.require_subcommand(1);
  serve_options options;
  CLI::App* serving = app.add_subcommand("serve", "run the gateway and its control plane");
  serving->add_option("--config", options.config, "the config file (conf/modelgate.toml shows every key)");
  serving->add_option("--data-dir", options.data_folder, "where the store, keys and logs live");
  serving->add_option("--prediction-listen", options.prediction, "address for applications, such as 0.0.0.0:8080");
  serving->add_option("--control-listen", options.control, "address for people and tools, such as 127.0.0.1:8081");
  serving->add_option("--metrics-listen", options.metrics, "address for Prometheus, such as 127.0.0.1:8082");
  serving->add_flag("--demo", options.demo, "make two demo deployments, once");
  std::string checked;
  CLI::App* checking = app.add_subcommand("check", "report every mistake of a config file");
  checking->add_option("--config", checked, "the config file")->required();
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? exit_ok : exit_usage;
  }
  return serving->parsed() ? serve(options) : check(checked);
}

}  // namespace
}  // namespace modelgate

int main(int count, char* arguments[]) {
  try {
    return modelgate::run(count, arguments);
  } catch (const std::exception& problem) {  // set-up that is impossible: one clear line
    std::cerr << "modelgate: " << problem.what() << "\n";
    return modelgate::exit_failed;
  }
}
