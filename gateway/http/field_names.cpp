#include "gateway/http/field_names.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace modelgate::http {
namespace {

/// Passed on as they are; here because nearly every message has some.
constexpr std::array<std::string_view, 12> common_names{
    "accept", "accept-encoding", "accept-language", "cache-control", "content-encoding", "content-type",
    "etag",   "origin",          "referer",         "server",        "user-agent",       "vary",
};

constexpr char upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}

struct usual_name {
  std::uint8_t size = 0;  ///< none: nothing has this place
  field_id id = field_id::other;
  std::array<char, longest_known> lower{};
  std::array<char, longest_known> capitalised{};
};

constexpr usual_name make_usual(std::string_view name, field_id id) noexcept {
  usual_name made;
  made.size = static_cast<std::uint8_t>(name.size());
  made.id = id;
  bool starts_word = true;
  for (std::size_t at = 0; at < name.size(); ++at) {
    made.lower[at] = name[at];
    made.capitalised[at] = starts_word ? upper(name[at]) : name[at];
    starts_word = name[at] == '-';
  }
  return made;
}

constexpr std::size_t places = 256;

/// By length, first and last character, whatever their case.
constexpr std::size_t place_of(std::string_view name, std::uint32_t factor) noexcept {
  constexpr std::uint32_t lower_bit = 0x20;
  const auto first = static_cast<std::uint32_t>(static_cast<unsigned char>(name.front())) | lower_bit;
  const auto last = static_cast<std::uint32_t>(static_cast<unsigned char>(name.back())) | lower_bit;
  return ((static_cast<std::uint32_t>(name.size()) << 16 | first << 8 | last) * factor >> 20) % places;
}

constexpr bool has_places_for_all(std::uint32_t factor) noexcept {
  std::array<bool, places> taken{};
  const auto takes = [&](std::string_view name) {
    bool& place = taken[place_of(name, factor)];
    return !std::exchange(place, true);
  };
  return std::all_of(known_names.begin(), known_names.end(), [&](const known_name& each) { return takes(each.name); })
         && std::all_of(common_names.begin(), common_names.end(), takes);
}

/// The first odd number with which no two names want the same place.
constexpr std::uint32_t factor = [] {
  std::uint32_t tried = 0x9e37'79b1;
  while (!has_places_for_all(tried)) tried += 2;
  return tried;
}();

constexpr auto usual_names = [] {
  std::array<usual_name, places> made{};
  for (const known_name& each : known_names) made[place_of(each.name, factor)] = make_usual(each.name, each.id);
  for (const std::string_view each : common_names) made[place_of(each, factor)] = make_usual(each, field_id::other);
  return made;
}();

}  // namespace

std::optional<field_id> find_usual_name(std::string_view name) noexcept {
  if (name.empty()) return std::nullopt;
  const usual_name& found = usual_names[place_of(name, factor)];
  if (found.size != name.size()) return std::nullopt;
  if (std::memcmp(name.data(), found.capitalised.data(), name.size()) != 0
      && std::memcmp(name.data(), found.lower.data(), name.size()) != 0) {
    return std::nullopt;
  }
  return found.id;
}

}  // namespace modelgate::http
