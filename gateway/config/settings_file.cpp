#include "gateway/config/settings_file.hpp"

#include "gateway/config/settings_names.hpp"

namespace modelgate::config {
namespace {

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

}  // namespace

void lay_value(settings_draft& draft, const settings_key& key, const written_value& value,
               const std::filesystem::path& folder, std::string where) {
  const std::string name{key.name};
  if (const auto expected = assign(draft.values, key, value, folder)) {
    draft.mistakes.push_back(
        {std::move(where), "INVALID_VALUE", name + ": this value is not possible; it must be " + *expected});
    draft.doubtful.insert(name);
    return;
  }
  draft.places.insert_or_assign(name, std::move(where));
  draft.doubtful.erase(name);
}

void settings_file::read(const toml::table& table, const std::string& section, std::size_t lines_before) {
  lines_before_ = lines_before;
  read_entries(table, section);
  lines_before_ = 0;
}

std::string settings_file::place(std::size_t line, std::size_t column) const {
  const std::string within = std::to_string(line) + ":" + std::to_string(column);
  return name_.empty() ? within : name_ + ":" + within;
}

std::string settings_file::place(const toml::source_region& region) const {
  return place(region.begin.line + lines_before_, region.begin.column);
}

void settings_file::complain(std::string where, std::string code, std::string detail) {
  draft_.mistakes.push_back({std::move(where), std::move(code), std::move(detail)});
}

std::optional<std::string> settings_file::doubt(std::string_view key) {
  const settings_key* known = find_key(key);
  if (known == nullptr) return std::nullopt;
  draft_.doubtful.emplace(key);
  return assign(draft_.values, *known, {}, folder_);  // no key takes nothing
}

void settings_file::read_entries(const toml::table& table, const std::string& section) {
  for (const auto& [key, node] : table) {
    const std::string_view part = key.str();
    const std::string name = section.empty() ? std::string{part} : section + "." + std::string{part};
    if (part.find('.') != std::string_view::npos)
      complain(place(key.source()), "UNKNOWN_KEY",
               shown(name) + ": a name in quotes is one word; write it without them");
    else if (const settings_key* known = find_key(name))  // a [section] of a key's name is best found by that name
      lay_value(draft_, *known, from_toml(node), folder_, place(node.is_table() ? key.source() : node.source()));
    else if (is_section(name))
      read_section(name, key, node);
    else
      report_unknown(name, key, node);
  }
}

void settings_file::read_section(const std::string& name, const toml::key& key, const toml::node& node) {
  if (const auto* table = node.as_table()) {
    read_entries(*table, name);
    return;
  }
  complain(place(key.source()), "INVALID_VALUE",
           name + ": this is a section; write [" + name + "] once, and its keys below");
  if (!node.is_array_of_tables()) return;
  for (const toml::node& element : *node.as_array()) read_entries(*element.as_table(), name);
}

void settings_file::report_unknown(const std::string& name, const toml::key& key, const toml::node& node) {
  const bool section = node.is_table() || node.is_array_of_tables();
  complain(place(key.source()), section ? "UNKNOWN_SECTION" : "UNKNOWN_KEY",
           shown(name) + ": " + (section ? explain_unknown_section(name) : explain_unknown_key(name)));
}

}  // namespace modelgate::config
