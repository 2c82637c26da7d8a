#include "modelgate/http/fields.hpp"

#include "gateway/http/characters.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace modelgate::http {
namespace {

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

struct known_name {
  std::string_view name;
  field_id id;
};

constexpr std::array known_names{
    known_name{"te", field_id::te},
    known_name{"via", field_id::via},
    known_name{"host", field_id::host},
    known_name{"date", field_id::date},
    known_name{"expect", field_id::expect},
    known_name{"trailer", field_id::trailer},
    known_name{"upgrade", field_id::upgrade},
    known_name{"forwarded", field_id::forwarded},
    known_name{"connection", field_id::connection},
    known_name{"tracestate", field_id::tracestate},
    known_name{"keep-alive", field_id::keep_alive},
    known_name{"seldon-puid", field_id::seldon_puid},
    known_name{"traceparent", field_id::traceparent},
    known_name{"max-forwards", field_id::max_forwards},
    known_name{"x-request-id", field_id::x_request_id},
    known_name{"authorization", field_id::authorization},
    known_name{"content-length", field_id::content_length},
    known_name{"x-forwarded-for", field_id::x_forwarded_for},
    known_name{"x-forwarded-user", field_id::x_forwarded_user},
    known_name{"x-forwarded-host", field_id::x_forwarded_host},
    known_name{"proxy-connection", field_id::proxy_connection},
    known_name{"x-forwarded-proto", field_id::x_forwarded_proto},
    known_name{"x-request-timeout", field_id::x_request_timeout},
    known_name{"transfer-encoding", field_id::transfer_encoding},
    known_name{"proxy-authenticate", field_id::proxy_authenticate},
    known_name{"proxy-authorization", field_id::proxy_authorization},
    known_name{"x-content-type-options", field_id::x_content_type_options},
    known_name{"access-control-allow-origin", field_id::access_control_allow_origin},
};

constexpr std::size_t longest_known = 27;

/// The spelling that most write: "Content-Length".
constexpr auto usual_spellings = [] {
  std::array<std::array<char, longest_known>, known_names.size()> spellings{};
  for (std::size_t i = 0; i < known_names.size(); ++i) {
    bool starts_word = true;
    for (std::size_t at = 0; at < known_names[i].name.size(); ++at) {
      const char c = known_names[i].name[at];
      spellings[i][at] = starts_word && c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
      starts_word = c == '-';
    }
  }
  return spellings;
}();

static_assert(std::is_sorted(known_names.begin(), known_names.end(),
                             [](const known_name& a, const known_name& b) { return a.name.size() < b.name.size(); }));

/// First entry of `known_names` that has at least this many characters: the table is sorted by length.
constexpr auto first_of_length = [] {
  std::array<std::uint8_t, longest_known + 2> first{};
  for (std::size_t length = 0; length < first.size(); ++length) {
    std::size_t at = 0;
    while (at < known_names.size() && known_names[at].name.size() < length) ++at;
    first[length] = static_cast<std::uint8_t>(at);
  }
  return first;
}();

/// -1: different; 0: equal; 1: equal only after folding `_` and `.` to `-`.
int compare_folded(std::string_view name, std::string_view known) noexcept {
  int folded = 0;
  for (std::size_t i = 0; i < known.size(); ++i) {
    const char c = lower(name[i]);
    if (c == known[i]) continue;
    if (known[i] != '-' || (c != '_' && c != '.')) return -1;
    folded = 1;
  }
  return folded;
}

}  // namespace

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

field_class classify_field(std::string_view name) noexcept {
  if (name.size() > longest_known) return {};
  for (std::size_t at = first_of_length[name.size()]; at < first_of_length[name.size() + 1]; ++at) {
    // All known names begin with a letter, and most others with another one.
    if (lower(name.front()) != known_names[at].name.front()) continue;
    if (std::memcmp(name.data(), usual_spellings[at].data(), name.size()) == 0) return {known_names[at].id, false};
    const int order = compare_folded(name, known_names[at].name);
    if (order >= 0) return {known_names[at].id, order == 1};
  }
  return {};
}

bool is_hop_by_hop(field_id id) noexcept {
  switch (id) {
    case field_id::connection:
    case field_id::keep_alive:
    case field_id::proxy_authenticate:
    case field_id::proxy_authorization:
    case field_id::proxy_connection:
    case field_id::te:
    case field_id::trailer:
    case field_id::transfer_encoding:
    case field_id::upgrade:
      return true;
    default:
      return false;
  }
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

bool list_has_token(std::string_view list, std::string_view token) noexcept {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (equals_ignoring_case(trim(list.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && all_in(in_token, text);
}

}  // namespace modelgate::http
