#include "control/cli/connection_settings.hpp"

#include "control/cli/text_file.hpp"

#include "modelgate/base/nearest_word.hpp"

#include <toml++/toml.h>

#include <array>
#include <system_error>
#include <vector>

namespace modelgate::control::cli {
namespace {

constexpr std::array<std::string_view, 4> known_keys{"server", "token", "token_file", "ca_file"};

struct personal_config {
  std::optional<std::string> server;
  std::optional<std::string> token;
  std::optional<std::string> token_file;
  std::optional<std::string> ca_file;
};

failure wrong_usage(std::string text) {
  return {exit_code::usage, std::move(text), {}};
}

outcome<crypto::secret> read_token_file(const std::filesystem::path& file) {
  auto text = read_text_file(file);
  if (!text) return std::move(text).error();
  const std::size_t end = text->find_last_not_of(" \t\r\n");
  text->erase(end == std::string::npos ? 0 : end + 1);
  if (text->empty()) return wrong_usage(file.string() + " holds no token");
  return crypto::secret{std::move(*text)};
}

std::string place_of(const std::filesystem::path& file, const toml::source_region& region) {
  return file.string() + ":" + std::to_string(region.begin.line) + ":" + std::to_string(region.begin.column) + ": ";
}

outcome<personal_config> parse_personal_config(const std::filesystem::path& file, const std::string& text) {
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& problem) {  // how the compiled toml++ tells of broken syntax
    return wrong_usage(place_of(file, problem.source()) + std::string{problem.description()});
  }
  personal_config config;
  for (const auto& [key, node] : table) {
    const std::string_view name = key.str();
    std::optional<std::string>* target = nullptr;
    if (name == "server") target = &config.server;
    if (name == "token") target = &config.token;
    if (name == "token_file") target = &config.token_file;
    if (name == "ca_file") target = &config.ca_file;
    if (target == nullptr) {
      const auto nearest = nearest_word(name, known_keys);
      return wrong_usage(place_of(file, key.source()) + "unknown key \"" + std::string{name} + "\""
                         + (nearest ? "; did you mean \"" + std::string{*nearest} + "\"?"
                                    : "; known are server, token, token_file and ca_file"));
    }
    const auto* value = node.as_string();
    if (value == nullptr) return wrong_usage(place_of(file, node.source()) + std::string{name} + " must be a text");
    *target = value->get();
  }
  return config;
}

outcome<personal_config> read_personal_config(const std::map<std::string, std::string>& environment) {
  const auto file = personal_config_file(environment);
  std::error_code ignored;
  if (!file || !std::filesystem::exists(*file, ignored)) return personal_config{};
  const auto text = read_text_file(*file);
  if (!text) return text.error();
  return parse_personal_config(*file, *text);
}

std::optional<std::string> variable(const std::map<std::string, std::string>& environment, const std::string& name) {
  const auto found = environment.find(name);
  if (found == environment.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

}  // namespace

std::optional<std::filesystem::path> personal_config_file(const std::map<std::string, std::string>& environment) {
  const std::filesystem::path name = std::filesystem::path{"modelgate"} / "config.toml";
  if (const auto folder = variable(environment, "XDG_CONFIG_HOME")) return *folder / name;
  if (const auto home = variable(environment, "HOME")) return *home / std::filesystem::path{".config"} / name;
  return std::nullopt;
}

outcome<connection_settings> choose_connection(const connection_flags& flags,
                                               const std::map<std::string, std::string>& environment) {
  if (flags.token && flags.token_file)
    return wrong_usage("--token and --token-file both give the token; give one of them");
  if (flags.token && flags.token->empty()) return wrong_usage("--token holds no token");
  auto config = read_personal_config(environment);
  if (!config) return std::move(config).error();
  connection_settings chosen;
  if (flags.server)
    chosen.server = *flags.server;
  else if (const auto server = variable(environment, "MODELGATE_SERVER"))
    chosen.server = *server;
  else if (config->server)
    chosen.server = *config->server;

  if (flags.ca_file)
    chosen.ca_file = *flags.ca_file;
  else if (const auto named = variable(environment, "MODELGATE_CA_FILE"))
    chosen.ca_file = *named;
  else if (config->ca_file)
    chosen.ca_file = personal_config_file(environment)->parent_path() / *config->ca_file;

  std::optional<std::filesystem::path> token_file;
  if (flags.token) {
    chosen.token = crypto::secret{std::string{*flags.token}};
  } else if (flags.token_file) {
    token_file = *flags.token_file;
  } else if (auto token = variable(environment, "MODELGATE_TOKEN")) {
    chosen.token = crypto::secret{std::move(*token)};
  } else if (const auto named = variable(environment, "MODELGATE_TOKEN_FILE")) {
    token_file = *named;
  } else if (config->token) {
    chosen.token = crypto::secret{std::move(*config->token)};
  } else if (config->token_file) {
    token_file = personal_config_file(environment)->parent_path() / *config->token_file;
  }
  if (!token_file) return chosen;
  auto token = read_token_file(*token_file);
  if (!token) return std::move(token).error();
  chosen.token = std::move(*token);
  return chosen;
}

}  // namespace modelgate::control::cli
