#include "control/domain/names.hpp"

#include "control/domain/limits.hpp"

#include <algorithm>
#include <array>

namespace modelgate::control::domain {
namespace {

constexpr std::size_t id_length = 63;

// <cctype> asks the locale; these names are ASCII whatever the locale says.
constexpr bool is_lower(char c) noexcept {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) noexcept {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_lower_alnum(char c) noexcept {
  return is_lower(c) || is_digit(c);
}
constexpr bool is_alnum(char c) noexcept {
  return is_lower(c) || is_upper(c) || is_digit(c);
}
constexpr char lowered(char c) noexcept {
  return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_one_of(char c, std::string_view set) noexcept {
  return set.find(c) != std::string_view::npos;
}

template <class Ends, class Inner>
bool has_shape(std::string_view text, std::size_t least, std::size_t most, Ends ends, Inner inner) noexcept {
  return text.size() >= least && text.size() <= most && ends(text.front()) && ends(text.back())
         && std::all_of(text.begin(), text.end(), inner);
}

}  // namespace

std::string_view cut(std::string_view text, std::size_t most) noexcept {
  constexpr std::size_t longest_character = 4;
  if (text.size() <= most) return text;
  for (std::size_t back = 0; back < longest_character && back <= most; ++back) {
    if ((static_cast<unsigned char>(text[most - back]) & 0xc0) != 0x80) return text.substr(0, most - back);
  }
  return text.substr(0, most);
}

bool is_deployment_id(std::string_view text) noexcept {
  return has_shape(text, 3, id_length, is_lower_alnum, [](char c) { return is_lower_alnum(c) || c == '-'; });
}

bool is_deployment_name(std::string_view text) noexcept {
  return has_shape(text, 2, limits::deployment_name_length, is_alnum,
                   [](char c) { return is_alnum(c) || is_one_of(c, " -_"); });
}

bool is_client_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > 64 || !(is_lower(text.front()) || text.front() == '_')) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_lower_alnum(c) || is_one_of(c, "_-"); });
}

bool is_group_name(std::string_view text) noexcept {
  return has_shape(text, 1, 63, is_alnum, [](char c) { return is_alnum(c) || is_one_of(c, "_-"); })
         && !std::equal(text.begin(), text.end(), std::begin("everyone"), std::end("everyone") - 1,
                        [](char a, char b) { return lowered(a) == b; });
}

std::string group_name_key(std::string_view name) {
  std::string key{name};
  for (char& c : key) c = c == '_' ? '-' : lowered(c);
  return key;
}

bool is_instance_type_name(std::string_view text) noexcept {
  return has_shape(text, 1, 63, is_lower_alnum, [](char c) { return is_lower_alnum(c) || is_one_of(c, "-."); });
}

bool is_pull_secret_name(std::string_view text) noexcept {
  return has_shape(text, 1, limits::pull_secret_length, is_lower_alnum,
                   [](char c) { return is_lower_alnum(c) || is_one_of(c, "-."); });
}

bool is_user_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > 128 || !is_lower_alnum(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_lower_alnum(c) || is_one_of(c, "._@+-"); });
}

bool is_env_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > limits::env_name_length || is_digit(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || is_one_of(c, "-._"); });
}

bool is_reserved_env_name(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 5> prefixes{"LD_", "PYTHON", "MODELGATE_", "PREDICTIVE_UNIT_",
                                                            "SELDON_"};
  return name == "PATH" || std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) {
           return name.starts_with(prefix);
         });
}

std::string deployment_id_from(std::string_view name, std::string_view suffix) {
  std::string id;
  id.reserve(id_length);
  for (const char c : name.substr(0, id_length - 1 - suffix.size())) id.push_back(is_alnum(c) ? lowered(c) : '-');
  id.push_back('-');
  id.append(suffix);
  return id;
}

std::string_view trimmed(std::string_view text) noexcept {
  static constexpr std::string_view white = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(white);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white) - first + 1);
}

std::string_view deployment_of_replica(std::string_view name) noexcept {
  constexpr std::string_view start = "deploy-";
  const auto is_number = [](std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  const auto index = name.rfind('-');
  const auto revision = name.substr(0, index).rfind("-r");
  const bool is_one = name.starts_with(start) && index != std::string_view::npos && revision != std::string_view::npos
                      && revision > start.size() && is_number(name.substr(index + 1))
                      && is_number(name.substr(revision + 2, index - revision - 2));
  return is_one ? name.substr(start.size(), revision - start.size()) : std::string_view{};
}

}  // namespace modelgate::control::domain
