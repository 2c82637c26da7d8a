// The command line of the one program: what it was asked to do, with which settings. program.cpp does it.
#include "control/cli/cli.hpp"
#include "control/cli/help_formatter.hpp"
#include "control/cli/usage_error.hpp"
#include "control/store/backup.hpp"
#include "control/store/restore.hpp"
#include "gateway/predecessor.hpp"
#include "gateway/program.hpp"
#include "gateway/upgrade.hpp"
#include "gateway/upgrade_port.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/base/log.hpp"
#include "modelgate/config/settings_draft.hpp"
#include "modelgate/crypto/token.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Option.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>

extern char** environ;

namespace modelgate {
namespace {

constexpr int exit_ok = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr int exit_bad_config = 78;

constexpr const char* serve_examples =
    "  modelgate serve --demo --config conf/modelgate.toml --data-dir data   two models to try it with\n"
    "  modelgate serve --config /etc/modelgate/modelgate.toml\n"
    "  modelgate serve --prediction-listen 0.0.0.0:8080 --data-dir /srv/modelgate";
constexpr const char* check_examples =
    "  modelgate check --config /etc/modelgate/modelgate.toml && systemctl reload modelgate";
constexpr const char* upgrade_examples =
    "  modelgate upgrade --config /etc/modelgate/modelgate.toml\n"
    "  modelgate upgrade --data-dir data --binary ./modelgate-new";
constexpr const char* backup_examples =
    "  modelgate backup /var/backups/modelgate-monday.backup --config /etc/modelgate/modelgate.toml\n"
    "  modelgate backup latest.backup --force --data-dir data";
constexpr const char* restore_examples =
    "  modelgate restore /var/backups/modelgate-monday.backup --data-dir /srv/modelgate\n"
    "  modelgate restore latest.backup --force --data-dir data      replace what is there";

struct serve_options {
  std::string config;
  std::string data_folder;
  std::string prediction;
  std::string control;
  std::string metrics;
  bool demo = false;
  int take_over = -1;  ///< a descriptor; see handover.hpp
};

void print(const diagnostics& mistakes) {
  for (const diagnostic& mistake : mistakes) {
    std::cerr << mistake.where << (mistake.where.empty() ? "" : ": ") << mistake.detail << "\n";
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
result<config::settings, diagnostics> read_settings(const serve_options& options) {
  config::settings_draft draft;
  if (!options.config.empty()) config::lay_file(draft, options.config);
  config::lay_environment(draft, environment());
  const auto take_flag = [&draft](const char* flag, const char* key, const std::string& text) {
    if (!text.empty()) config::lay_flag(draft, flag, key, text);
  };
  take_flag("--data-dir", "data.folder", options.data_folder);
  take_flag("--prediction-listen", "listen.prediction", options.prediction);
  take_flag("--control-listen", "listen.control", options.control);
  take_flag("--metrics-listen", "listen.metrics", options.metrics);
  config::look_at_system(draft);
  return config::finish(std::move(draft));
}

/// The same, with the mistakes printed; nothing is started for them.
std::optional<config::settings> settings_of(const serve_options& options) {
  auto settings = read_settings(options);
  if (settings) return std::move(*settings);
  print(settings.error());
  return std::nullopt;
}

int serve(const serve_options& options, const program_words& words) {
  std::optional<predecessor> before;
  if (options.take_over >= 0) before.emplace(options.take_over);
  const auto settings = settings_of(options);
  if (!settings) {
    if (before) before->tell_failure("its config is not good; what is wrong stands in the running one's output");
    return exit_bad_config;
  }
  const program_signals signals;  // before the first thread
  log::set_level(settings->log_level);
  crypto::initialise();
  const auto read_again = [&options] { return read_settings(options); };
  try {
    run_program(*settings, read_again, signals, words, before ? &*before : nullptr, options.demo);
  } catch (const std::exception& problem) {
    if (before) before->tell_failure(problem.what());
    throw;
  }
  return exit_ok;
}

int upgrade(const serve_options& options, const std::string& binary) {
  const auto settings = settings_of(options);
  if (!settings) return exit_bad_config;
  const std::filesystem::path path = binary.empty() ? std::filesystem::path{} : std::filesystem::absolute(binary);
  // The running one keeps the deadline; this is for one that does not answer at all.
  const auto patience = 2 * settings->timeouts.upgrade + std::chrono::seconds{30};
  return ask_for_upgrade(settings->data_folder, path, patience);
}

struct copy_options {
  std::string file;
  bool force = false;
};

int backup(const serve_options& options, const copy_options& copy) {
  const auto settings = settings_of(options);
  if (!settings) return exit_bad_config;
  const auto facts = control::store::make_backup(settings->data_folder, copy.file, copy.force, system_clock::now());
  std::cout << copy.file << " holds the store of " << settings->data_folder.string() << " (schema " << facts.schema
            << ") and its secret files:";
  for (const std::string& name : facts.files) std::cout << ' ' << name;
  std::cout << "\nWhoever has this file has every secret in it; keep it as the data folder is kept.\n";
  return exit_ok;
}

int restore(const serve_options& options, const copy_options& copy) {
  const auto settings = settings_of(options);
  if (!settings) return exit_bad_config;
  const std::filesystem::path& folder = settings->data_folder;
  const auto facts = control::store::restore_backup(copy.file, folder, copy.force);
  std::cout << folder.string() << " is as it was at " << format_rfc3339(facts.made_at) << "; start modelgate on it.\n";
  std::error_code problem;
  const auto aside = folder / "before-restore";
  if (std::filesystem::exists(aside, problem)) std::cout << "What it replaced is in " << aside.string() << ".\n";
  return exit_ok;
}

int check(const serve_options& options) {
  if (!settings_of(options)) return exit_bad_config;
  std::cout << options.config << " is fine\n";
  return exit_ok;
}

/// An empty text is a variable of a script that is not set, and not a wish for the default.
void refuse_empty_texts(CLI::App& command) {
  const auto is_said = [](const std::string& text) { return text.empty() ? "must not be empty" : ""; };
  for (CLI::Option* option : command.get_options()) {
    if (option->get_items_expected_max() > 0) option->check(is_said);
  }
}

int run(int count, char** arguments) {
  const std::string_view command = count > 1 ? arguments[1] : "";
  constexpr std::array own{"serve", "check", "upgrade", "backup", "restore"};
  if (std::find(own.begin(), own.end(), command) == own.end()) return control::cli::run_client(count, arguments);

  CLI::App app{"modelgate serves a team's machine-learning models", "modelgate"};
  app.require_subcommand(1);
  serve_options options;
  using control::cli::with_examples;
  CLI::App* serving =
      app.add_subcommand("serve", with_examples("run the gateway and its control plane", serve_examples));
  serving->add_option("--config", options.config, "the config file (conf/modelgate.toml shows every key)");
  serving->add_option("--data-dir", options.data_folder, "where the store, keys and logs live");
  serving->add_option("--prediction-listen", options.prediction, "address for applications, such as 0.0.0.0:8080");
  serving->add_option("--control-listen", options.control, "address for people and tools, such as 127.0.0.1:8081");
  serving->add_option("--metrics-listen", options.metrics, "address for Prometheus, such as 127.0.0.1:8082");
  serving->add_flag("--demo", options.demo, "make two demo deployments, once");
  CLI::App* checking = app.add_subcommand(
      "check", with_examples("report every mistake that serve would find in its configuration", check_examples));
  checking->add_option("--config", options.config, "the config file")->required();
  serving->add_option("--take-over", options.take_over)->group("");  // said by the program that starts this one
  CLI::App* upgrading = app.add_subcommand(
      "upgrade",
      with_examples("replace the running program by the one on the disk: no request is lost, no model restarts",
                    upgrade_examples));
  std::string binary;
  upgrading->add_option("--config", options.config, "the running program's config file");
  upgrading->add_option("--data-dir", options.data_folder, "the running program's data folder");
  upgrading->add_option("--binary", binary, "the program to start; without it, the file that the running one was");
  copy_options copy;
  CLI::App* backing_up = app.add_subcommand(
      "backup",
      with_examples("copy everything that modelgate must remember into one file, also while it runs", backup_examples));
  backing_up->add_option("FILE", copy.file, "the file to make; it holds every secret, so it is for its owner only")
      ->required();
  backing_up->add_flag("--force", copy.force, "replace the file if it is there");
  CLI::App* restoring = app.add_subcommand(
      "restore", with_examples("put a backup into a data folder that no modelgate uses", restore_examples));
  restoring->add_option("FILE", copy.file, "a file that `modelgate backup` made")->required();
  restoring->add_flag("--force", copy.force, "replace the store that is there; it is kept in before-restore");
  for (CLI::App* each : {backing_up, restoring}) {
    each->add_option("--config", options.config, "the config file, as for serve");
    each->add_option("--data-dir", options.data_folder, "the data folder, as for serve");
    refuse_empty_texts(*each);
  }
  refuse_empty_texts(*serving);
  refuse_empty_texts(*checking);
  refuse_empty_texts(*upgrading);
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& problem) {
    if (problem.get_exit_code() == 0) return app.exit(problem);  // --help
    std::cerr << control::cli::usage_error(app, problem);
    return exit_usage;
  }
  if (serving->parsed()) return serve(options, words_of(count, arguments));
  if (backing_up->parsed()) return backup(options, copy);
  if (restoring->parsed()) return restore(options, copy);
  return upgrading->parsed() ? upgrade(options, binary) : check(options);
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
