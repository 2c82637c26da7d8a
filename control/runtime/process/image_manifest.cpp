#include "control/runtime/process/image_manifest.hpp"

#include "control/domain/names.hpp"

#include <boost/json/parse.hpp>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace modelgate::control::runtime::process {
namespace {

constexpr std::array<std::string_view, 10> known_keys{"command",      "concurrency",     "description", "environment",
                                                      "example_path", "example_request", "health_path", "include",
                                                      "protocol",     "working_folder"};

/// Whether a path stays below the folder it is looked up in.
bool stays_below(const std::filesystem::path& path) {
  return !path.empty() && path.is_relative()
         && std::none_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
}

bool is_set_by_modelgate(std::string_view name) {
  return name.starts_with("MODELGATE_") || name.starts_with("PREDICTIVE_UNIT_") || name.starts_with("SELDON_");
}

/// A path of a URL as it can stand in a request line.
bool is_url_path(std::string_view text) {
  return text.starts_with('/') && text.size() <= 1'024
         && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

class manifest_reader {
 public:
  manifest_reader(const toml::table& table, std::string image) : table_{table} {
    manifest_.description.image = std::move(image);
    manifest_.description.health_path = "/health/status";
  }

  result<image_manifest, diagnostics> read() {
    refuse_unknown_keys();
    read_command();
    read_text("description", manifest_.description.description);
    read_working_folder();
    read_include();
    read_protocol();
    read_health_path();
    read_concurrency();
    read_example_request();
    read_example_path();
    read_environment();
    if (!mistakes_.empty()) return std::move(mistakes_);
    return std::move(manifest_);
  }

 private:
  void complain(const toml::source_region& place, std::string detail) {
    mistakes_.push_back(
        {std::to_string(place.begin.line) + ":" + std::to_string(place.begin.column), "", std::move(detail)});
  }

  void refuse_unknown_keys() {
    for (const auto& [key, value] : table_) {
      if (std::find(known_keys.begin(), known_keys.end(), key.str()) != known_keys.end()) continue;
      complain(key.source(), "unknown key \"" + std::string{key.str()} + "\"");
    }
  }

  /// The value of a key that must be text; absent when it is not there or was complained of.
  const std::string* text_of(std::string_view key) {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return nullptr;
    if (const auto* text = node->as_string()) return &text->get();
    complain(node->source(), std::string{key} + " must be text");
    return nullptr;
  }

  void read_text(std::string_view key, std::string& target) {
    if (const std::string* text = text_of(key)) target = *text;
  }

  std::vector<std::string> texts_of(std::string_view key) {
    std::vector<std::string> answer;
    const toml::node* node = table_.get(key);
    if (node == nullptr) return answer;
    const toml::array* list = node->as_array();
    if (list == nullptr) {
      complain(node->source(), std::string{key} + " must be a list of texts");
      return answer;
    }
    for (const toml::node& element : *list) {
      if (const auto* text = element.as_string(); text != nullptr && text->get().find('\0') == std::string::npos) {
        answer.push_back(text->get());
      } else {
        complain(element.source(), std::string{key} + " must be a list of texts");
      }
    }
    return answer;
  }

  void read_command() {
    manifest_.command = texts_of("command");
    if (!table_.contains("command")) {
      complain({}, "command is missing, e.g. command = [\"python3\", \"model.py\"]");
    } else if (mistakes_.empty() && (manifest_.command.empty() || manifest_.command.front().empty())) {
      complain(table_.get("command")->source(), "command must name a program");
    }
  }

  void read_working_folder() {
    const std::string* text = text_of("working_folder");
    if (text == nullptr) return;
    manifest_.working_folder = *text;
    if (!stays_below(manifest_.working_folder)) {
      complain(table_.get("working_folder")->source(), "working_folder must be a path within the image's folder");
    }
  }

  void read_include() {
    for (std::string& text : texts_of("include")) {
      manifest_.include.emplace_back(std::move(text));
      if (!stays_below(manifest_.include.back())) {
        complain(table_.get("include")->source(), "include names folders from the catalogue's root, without \"..\"");
      }
    }
  }

  void read_protocol() {
    const std::string* text = text_of("protocol");
    if (text == nullptr || *text == "seldon") return;
    manifest_.description.protocol = config::upstream_protocol::passthrough;
    if (*text != "passthrough") {
      complain(table_.get("protocol")->source(), "protocol must be \"seldon\" or \"passthrough\"");
    }
  }

  void read_health_path() {
    const std::string* text = text_of("health_path");
    if (text == nullptr) return;
    manifest_.description.health_path = *text;
    if (!is_url_path(*text)) {
      complain(table_.get("health_path")->source(), "health_path must start with \"/\" and hold no spaces");
    }
  }

  void read_example_path() {
    const std::string* text = text_of("example_path");
    if (text == nullptr) return;
    manifest_.example_path = *text;
    if (!is_url_path(*text)) {
      complain(table_.get("example_path")->source(), "example_path must start with \"/\" and hold no spaces");
    }
  }

  void read_concurrency() {
    const toml::node* node = table_.get("concurrency");
    if (node == nullptr) return;
    const auto* number = node->as_integer();
    if (number == nullptr || number->get() < 1 || number->get() > 1'000'000) {
      complain(node->source(), "concurrency must be a whole number from 1 to 1000000");
      return;
    }
    manifest_.description.concurrency = static_cast<std::uint32_t>(number->get());
  }

  void read_example_request() {
    const std::string* text = text_of("example_request");
    if (text == nullptr) return;
    error_code problem;
    boost::json::parse(*text, problem);
    if (problem) complain(table_.get("example_request")->source(), "example_request must be JSON text");
    manifest_.description.example_request = *text;
  }

  void read_environment() {
    const toml::node* node = table_.get("environment");
    if (node == nullptr) return;
    const toml::table* entries = node->as_table();
    if (entries == nullptr) {
      complain(node->source(), "environment must be a table of texts");
      return;
    }
    for (const auto& [key, value] : *entries) {
      const auto* text = value.as_string();
      const std::string name{key.str()};
      if (!domain::is_env_name(name)) {
        complain(key.source(), "\"" + name + "\" is not the name of an environment variable");
      } else if (is_set_by_modelgate(name)) {
        complain(key.source(), "the environment variable \"" + name + "\" is set by modelgate");
      } else if (text == nullptr || text->get().find('\0') != std::string::npos) {
        complain(value.source(), "environment must be a table of texts");
      } else {
        manifest_.environment[name] = text->get();
      }
    }
  }

  const toml::table& table_;
  image_manifest manifest_;
  diagnostics mistakes_;
};

}  // namespace

result<image_manifest, diagnostics> parse_image_manifest(std::string_view toml, std::string image) {
  try {
    const toml::table table = toml::parse(toml);
    return manifest_reader{table, std::move(image)}.read();
  } catch (const toml::parse_error& problem) {
    const auto place = problem.source().begin;
    return diagnostics{
        {std::to_string(place.line) + ":" + std::to_string(place.column), "", std::string{problem.description()}}};
  }
}

}  // namespace modelgate::control::runtime::process
