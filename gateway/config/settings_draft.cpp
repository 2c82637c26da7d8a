#include "modelgate/config/settings_draft.hpp"

#include "gateway/config/broken_settings_file.hpp"
#include "gateway/config/settings_file.hpp"
#include "gateway/config/settings_names.hpp"
#include "gateway/config/settings_table.hpp"
#include "gateway/config/system_look.hpp"
#include "gateway/config/toml_statements.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <limits>
#include <optional>
#include <system_error>

namespace modelgate::config {
namespace {

constexpr std::size_t largest_file = 1'048'576;

std::optional<std::size_t> take_last_number(std::string_view& text) {
  const std::size_t start = text.rfind(':') + 1;  // 0 without one
  std::size_t number = 0;
  const auto [end, problem] = std::from_chars(text.data() + start, text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  text = text.substr(0, start > 0 ? start - 1 : 0);
  return number;
}

/// For sorting: "FILE:3:10" comes after "FILE:3:9", and what is not in the file after both.
std::pair<std::size_t, std::size_t> line_and_column(const diagnostic& mistake) {
  constexpr std::size_t last = std::numeric_limits<std::size_t>::max();
  std::string_view where = mistake.where;
  const auto column = take_last_number(where);
  const auto line = column ? take_last_number(where) : std::nullopt;
  if (!line) return {last, last};
  return {*line, *column};
}

/// Where the first of these keys that was set stands.
std::string place_of_any(const settings_draft& draft, const std::vector<std::string_view>& keys) {
  for (const std::string_view key : keys) {
    if (const auto place = draft.places.find(key); place != draft.places.end()) return place->second;
  }
  return draft.file;
}

void tell(settings_draft& draft, const std::vector<settings_problem>& problems, const std::string& code) {
  for (const settings_problem& problem : problems) {
    const bool doubtful = std::any_of(problem.keys.begin(), problem.keys.end(),
                                      [&draft](std::string_view key) { return draft.doubtful.contains(key); });
    if (doubtful) continue;
    draft.mistakes.push_back(
        {place_of_any(draft, problem.keys), code, std::string{problem.keys.front()} + ": " + problem.detail});
  }
}

/// The key's name that a variable's name spells: "timeouts.head" for "TIMEOUTS__HEAD".
std::string spelled_key(std::string_view ending) {
  std::string name;
  for (std::size_t i = 0; i < ending.size(); ++i) {
    const char c = ending[i];
    if (ending.substr(i, 2) == "__") {
      name += '.';
      ++i;
    } else {
      name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return name;
}

diagnostic unknown_variable(const std::string& variable, const std::string& name) {
  std::string detail = shown(name) + ": ";
  if (const settings_key* meant = key_meant_by(name))
    detail += "unknown key; did you mean " + environment_name(*meant) + "?";
  else if (is_section(section_of(name)))
    detail += explain_unknown_key(name);
  else
    detail += explain_unknown_section(section_of(name));
  return {shown(variable), "UNKNOWN_KEY", std::move(detail)};
}

}  // namespace

void lay_text(settings_draft& draft, std::string_view text, const std::filesystem::path& folder,
              const std::string& name) {
  draft.file = name;
  draft.values.catalogue = (folder / "images").lexically_normal();
  settings_file file{draft, folder, name};
  if (const auto deep = find_deep_name(text)) {
    toml_statement whole;
    whole.text = text;
    const text_place at = place_in(whole, *deep);
    file.complain(file.place(at.line, at.column), "SYNTAX",
                  "this name has more parts than any key; write [section] and KEY = VALUE lines");
    return;
  }
  try {
    file.read(toml::parse(text), "", 0);
  } catch (const toml::parse_error& problem) {  // how the compiled toml++ tells of broken syntax and of duplicate keys
    broken_settings_file{file}.read(text, problem.source());
  }
}

void lay_file(settings_draft& draft, const std::string& name) {
  draft.file = name;
  const auto cannot_read = [&](const std::string& why) {
    draft.mistakes.push_back({name, "CANNOT_READ", "this file cannot be read: " + why + "; name a config file"});
  };
  const std::filesystem::path file{name};
  std::error_code problem;
  const bool regular = std::filesystem::file_size(file, problem) != static_cast<std::uintmax_t>(-1);
  if (!regular) return cannot_read(problem.message());
  errno = 0;
  std::ifstream stream{file, std::ios::binary};
  std::string text(largest_file + 1, '\0');
  if (stream.is_open()) stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.is_open() || stream.bad()) return cannot_read(std::generic_category().message(errno));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > largest_file) return cannot_read("it is larger than 1 MiB, which no config file is");
  lay_text(draft, text, file.parent_path(), name);
}

void lay_environment(settings_draft& draft, const std::map<std::string, std::string>& environment) {
  std::map<std::string, const settings_key*, std::less<>> known;
  for (const settings_key& key : settings_keys()) known.emplace(environment_name(key), &key);
  for (const auto& [variable, text] : environment) {
    if (!variable.starts_with(environment_prefix)) continue;
    const std::string_view ending = std::string_view{variable}.substr(environment_prefix.size());
    if (ending.find("__") == std::string_view::npos) continue;
    if (const auto found = known.find(variable); found != known.end())
      lay_value(draft, *found->second, value_from_text(*found->second, text), {}, variable);
    else
      draft.mistakes.push_back(unknown_variable(variable, spelled_key(ending)));
  }
}

void lay_flag(settings_draft& draft, std::string_view flag, std::string_view key, const std::string& text) {
  const settings_key& known = *find_key(key);
  lay_value(draft, known, value_from_text(known, text), {}, std::string{flag});
}

void look_at_system(settings_draft& draft) {
  const auto is_set = [&draft](std::string_view key) { return draft.places.contains(key); };
  tell(draft, find_missing(draft.values, is_set), "MISSING");
}

result<settings, diagnostics> finish(settings_draft draft) {
  tell(draft, find_contradictions(draft.values), "CONTRADICTION");
  draft.values.file = draft.file;
  if (draft.mistakes.empty()) return std::move(draft.values);
  std::stable_sort(draft.mistakes.begin(), draft.mistakes.end(),
                   [](const diagnostic& a, const diagnostic& b) { return line_and_column(a) < line_and_column(b); });
  return std::move(draft.mistakes);
}

result<settings, diagnostics> parse_settings(std::string_view text, const std::filesystem::path& folder) {
  settings_draft draft;
  lay_text(draft, text, folder, "");
  return finish(std::move(draft));
}

}  // namespace modelgate::config
