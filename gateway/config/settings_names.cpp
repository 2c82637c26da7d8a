#include "gateway/config/settings_names.hpp"

#include "modelgate/base/nearest_word.hpp"

#include <algorithm>

namespace modelgate::config {
namespace {

constexpr std::size_t longest_shown = 80;

/// In the order of the table.
std::vector<std::string_view> sections() {
  std::vector<std::string_view> all;
  for (const settings_key& key : settings_keys()) {
    const std::string_view section = section_of(key.name);
    if (std::find(all.begin(), all.end(), section) == all.end()) all.push_back(section);
  }
  return all;
}

std::vector<std::string_view> keys_below(std::string_view section) {
  std::vector<std::string_view> all;
  for (const settings_key& key : settings_keys()) {
    if (section_of(key.name) == section) all.push_back(last_part(key.name));
  }
  return all;
}

/// "a, b and c", each between `before` and `after`.
std::string listed(const std::vector<std::string_view>& words, std::string_view before, std::string_view after) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text.append(before).append(words[i]).append(after);
  }
  return text;
}

std::string sections_listed() {
  return listed(sections(), "[", "]");
}

const settings_key* same_word_elsewhere(std::string_view name) {
  const auto keys = settings_keys();
  const auto found = std::find_if(keys.begin(), keys.end(), [name](const settings_key& key) {
    return last_part(key.name) == last_part(name) && section_of(key.name) != section_of(name);
  });
  return found == keys.end() ? nullptr : &*found;
}

}  // namespace

std::string_view last_part(std::string_view name) noexcept {
  return name.substr(name.rfind('.') + 1);
}

std::string_view section_of(std::string_view name) noexcept {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : name.substr(0, dot);
}

bool is_section(std::string_view name) noexcept {
  const auto keys = settings_keys();
  return std::any_of(keys.begin(), keys.end(), [name](const settings_key& key) {
    return key.name.size() > name.size() && key.name.starts_with(name) && key.name[name.size()] == '.';
  });
}

const settings_key* key_meant_by(std::string_view name) {
  if (const settings_key* elsewhere = same_word_elsewhere(name)) return elsewhere;
  const std::vector<std::string_view> neighbours = keys_below(section_of(name));
  if (!neighbours.empty()) {
    const auto nearest = nearest_word(last_part(name), neighbours);
    return nearest ? find_key(std::string{section_of(name)}.append(".").append(*nearest)) : nullptr;
  }
  std::vector<std::string_view> all;
  for (const settings_key& key : settings_keys()) all.push_back(key.name);
  const auto nearest = nearest_word(name, all);
  return nearest ? find_key(*nearest) : nullptr;
}

std::string explain_unknown_key(std::string_view name) {
  if (const settings_key* elsewhere = same_word_elsewhere(name)) {
    return std::string{"unknown key here; it belongs to the section ["}.append(section_of(elsewhere->name)).append("]");
  }
  if (const settings_key* meant = key_meant_by(name)) {
    return std::string{"unknown key; did you mean "}.append(meant->name).append("?");
  }
  const std::string_view section = section_of(name);
  const std::vector<std::string_view> neighbours = keys_below(section);
  if (neighbours.empty()) return "unknown key; keys stand below the sections " + sections_listed();
  return std::string{"unknown key; ["}.append(section).append("] takes ").append(listed(neighbours, "", ""));
}

std::string explain_unknown_section(std::string_view name) {
  const std::vector<std::string_view> known = sections();
  auto meant = nearest_word(name, known);
  if (!meant) {
    const auto same_end =
        std::find_if(known.begin(), known.end(), [name](std::string_view each) { return last_part(each) == name; });
    if (same_end != known.end()) meant = *same_end;
  }
  if (meant) return std::string{"unknown section; did you mean ["}.append(*meant).append("]?");
  return "unknown section; the sections are " + sections_listed();
}

std::string shown(std::string_view text) {
  std::string clean{text.substr(0, longest_shown)};
  for (char& c : clean) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = '?';
  }
  if (text.size() > longest_shown) clean += "...";
  return clean;
}

}  // namespace modelgate::config
