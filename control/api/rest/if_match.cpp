#include "control/api/rest/if_match.hpp"

#include "control/domain/names.hpp"

#include <charconv>

namespace modelgate::control::rest {

std::optional<service::revision_condition> read_if_match(std::string_view field) {
  field = domain::trimmed(field);
  if (field.empty()) return std::nullopt;
  service::revision_condition condition;
  for (;;) {
    const auto comma = field.find(',');
    const std::string_view tag = domain::trimmed(field.substr(0, comma));
    std::uint64_t revision = 0;
    if (tag == "*") {
      condition.any = true;
    } else if (tag.size() > 2 && tag.front() == '"' && tag.back() == '"') {
      const char* const end = tag.data() + tag.size() - 1;
      const auto [stopped, error] = std::from_chars(tag.data() + 1, end, revision);
      if (error == std::errc{} && stopped == end) condition.revisions.push_back(revision);
    }
    if (comma == std::string_view::npos) return condition;
    field.remove_prefix(comma + 1);
  }
}

}  // namespace modelgate::control::rest
