#include "modelgate/config/settings.hpp"

#include "gateway/config/settings_table.hpp"

#include "modelgate/base/nearest_word.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

namespace modelgate::config {
namespace {

constexpr std::uintmax_t largest_file = 1'048'576;

std::string place_of(const toml::source_region& region) {
  return std::to_string(region.begin.line) + ":" + std::to_string(region.begin.column);
}

/// For sorting: "3:10" comes after "3:9".
std::pair<std::size_t, std::size_t> line_and_column(const diagnostic& mistake) {
  std::size_t line = 0;
  std::size_t column = 0;
  char colon = 0;
  std::istringstream{mistake.where} >> line >> colon >> column;
  return {line, column};
}

written_value from_toml(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* list = node.as_array()) {
    std::vector<std::string> texts;
    for (const toml::node& element : *list) {
      const auto* text = element.as_string();
      if (text == nullptr) return {};
      texts.push_back(text->get());
    }
    return texts;
  }
  return {};
}

/// "timeouts" and "runtime" and "runtime.process", but no key.
bool is_section(std::string_view name) {
  return std::any_of(settings_keys().begin(), settings_keys().end(), [name](const settings_key& key) {
    return key.name.size() > name.size() && key.name.starts_with(name) && key.name[name.size()] == '.';
  });
}

std::string_view last_part(std::string_view name) {
  return name.substr(name.rfind('.') + 1);
}

std::string_view section_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : name.substr(0, dot);
}

/// " Did you mean ...?", or nothing where nothing comes near.
std::string suggest_key(const std::string& name) {
  std::vector<std::string_view> known;
  for (const settings_key& key : settings_keys()) {
    // The right key in the wrong section is not a slip of spelling, and is found first.
    if (last_part(key.name) == last_part(name) && section_of(key.name) != section_of(name)) {
      return "; did you mean \"" + std::string{key.name} + "\"?";
    }
    known.push_back(key.name);
  }
  const auto nearest = nearest_word(name, known);
  return nearest ? "; did you mean \"" + std::string{*nearest} + "\"?" : std::string{};
}

std::string suggest_section(const std::string& name) {
  std::vector<std::string_view> known;
  for (const settings_key& key : settings_keys()) known.push_back(section_of(key.name));
  const auto nearest = nearest_word(name, known);
  return nearest ? "; did you mean [" + std::string{*nearest} + "]?" : std::string{};
}

/// Walks a parsed file and gathers every mistake.
class file_reader {
 public:
  file_reader(settings& target, const std::filesystem::path& folder) : target_{target}, folder_{folder} {}

  void read(const toml::table& table, const std::string& prefix = {}) {
    for (const auto& [key, node] : table) {
      const std::string name = prefix.empty() ? std::string{key.str()} : prefix + "." + std::string{key.str()};
      if (const settings_key* known = find_key(name))
        read_key(*known, node);
      else if (is_section(name))
        read_section(name, key, node);
      else
        report_unknown(name, key, node);
    }
  }

  /// In the order of the file.
  diagnostics finish() {
    if (mistakes_.empty()) {
      for (const contradiction& found : find_contradictions(target_)) {
        const auto place = places_.find(found.key);
        mistakes_.push_back({place == places_.end() ? std::string{} : place->second, "CONTRADICTION",
                             std::string{found.key} + " " + found.detail});
      }
    }
    std::stable_sort(mistakes_.begin(), mistakes_.end(),
                     [](const diagnostic& a, const diagnostic& b) { return line_and_column(a) < line_and_column(b); });
    return std::move(mistakes_);
  }

 private:
  void read_key(const settings_key& key, const toml::node& node) {
    places_.emplace(key.name, place_of(node.source()));
    if (const auto expected = assign(target_, key, from_toml(node), folder_)) {
      mistakes_.push_back({place_of(node.source()), "INVALID_VALUE", std::string{key.name} + " must be " + *expected});
    }
  }

  void read_section(const std::string& name, const toml::key& key, const toml::node& node) {
    if (const auto* table = node.as_table()) {
      read(*table, name);
      return;
    }
    mistakes_.push_back({place_of(key.source()), "INVALID_VALUE",
                         "\"" + name + "\" is a section: write [" + name + "] once, and its keys below"});
  }

  void report_unknown(const std::string& name, const toml::key& key, const toml::node& node) {
    if (node.is_table()) {
      mistakes_.push_back(
          {place_of(key.source()), "UNKNOWN_SECTION", "unknown section [" + name + "]" + suggest_section(name)});
    } else {
      mistakes_.push_back({place_of(key.source()), "UNKNOWN_KEY", "unknown key \"" + name + "\"" + suggest_key(name)});
    }
  }

  settings& target_;
  const std::filesystem::path& folder_;
  diagnostics mistakes_;
  std::map<std::string_view, std::string> places_;  ///< of the keys that the file sets
};

}  // namespace

result<settings, diagnostics> parse_settings(std::string_view text, const std::filesystem::path& folder) {
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& problem) {  // how the compiled toml++ tells of broken syntax and of duplicate keys
    return diagnostics{{place_of(problem.source()), "SYNTAX", std::string{problem.description()}}};
  }
  settings target;
  target.catalogue = (folder / "images").lexically_normal();
  file_reader reader{target, folder};
  reader.read(table);
  diagnostics mistakes = reader.finish();
  if (!mistakes.empty()) return mistakes;
  return target;
}

result<settings, diagnostics> load_settings(const std::filesystem::path& file) {
  const auto cannot_read = [&file](const std::string& why) {
    return diagnostics{{"", "CANNOT_READ", "cannot read " + file.string() + ": " + why}};
  };
  std::error_code problem;
  const auto size = std::filesystem::file_size(file, problem);  // refuses what is no regular file
  if (problem) return cannot_read(problem.message());
  if (size > largest_file) return cannot_read("it is larger than 1 MiB, which no config file is");
  errno = 0;
  std::ifstream stream{file, std::ios::binary};
  std::ostringstream text;
  if (!stream || (size > 0 && !(text << stream.rdbuf()))) return cannot_read(std::generic_category().message(errno));
  return parse_settings(text.str(), file.parent_path());
}

diagnostics apply_environment(settings& target, const std::map<std::string, std::string>& environment) {
  diagnostics mistakes;
  std::map<std::string, const settings_key*, std::less<>> known;
  std::vector<std::string_view> endings;  // without the prefix, which would make every two names look alike
  for (const settings_key& key : settings_keys()) {
    const auto added = known.emplace(environment_name(key), &key).first;
    endings.push_back(std::string_view{added->first}.substr(environment_prefix.size()));
  }

  for (const auto& [name, text] : environment) {
    if (!name.starts_with(environment_prefix)) continue;
    if (const auto found = known.find(name); found != known.end()) {
      const settings_key& key = *found->second;
      if (const auto expected = assign(target, key, value_from_text(key, text), {})) {
        mistakes.push_back({name, "INVALID_VALUE", std::string{key.name} + " must be " + *expected});
      }
      continue;
    }
    // Variables of the command line (MODELGATE_SERVER) and of other programs are left alone, slips of ours are not.
    const auto nearest = nearest_word(std::string_view{name}.substr(environment_prefix.size()), endings);
    const bool means_a_key = name.find("__") != std::string::npos;
    if (!means_a_key && !nearest) continue;
    std::string detail = "unknown setting";
    if (nearest) detail.append("; did you mean ").append(environment_prefix).append(*nearest).append("?");
    mistakes.push_back({name, "UNKNOWN_KEY", std::move(detail)});
  }
  if (mistakes.empty()) {
    for (const contradiction& found : find_contradictions(target)) {
      mistakes.push_back(
          {environment_name(*find_key(found.key)), "CONTRADICTION", std::string{found.key} + " " + found.detail});
    }
  }
  return mistakes;
}

}  // namespace modelgate::config
