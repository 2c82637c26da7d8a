#include "modelgate/http/negotiation.hpp"

#include "modelgate/http/fields.hpp"

#include <algorithm>
#include <charconv>

namespace modelgate::http {
namespace {

/// Takes the part up to `end` off the front.
std::string_view take_part(std::string_view& text, char end) noexcept {
  const std::size_t size = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return trim(part);
}

}  // namespace

alternative take_alternative(std::string_view& field) noexcept {
  std::string_view text = take_part(field, ',');
  alternative found;
  found.name = take_part(text, ';');
  while (!text.empty()) {
    std::string_view value = take_part(text, ';');
    const std::string_view name = take_part(value, '=');
    if (value.size() > 1 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (equals_ignoring_case(name, "version")) found.version = value;
    if (!equals_ignoring_case(name, "q")) continue;
    found.weight = 0;
    std::from_chars(value.data(), value.data() + value.size(), found.weight);
  }
  return found;
}

bool accepts_gzip(std::string_view accept_encoding) noexcept {
  bool any = false;
  while (!accept_encoding.empty()) {
    const alternative each = take_alternative(accept_encoding);
    if (equals_ignoring_case(each.name, "gzip") || equals_ignoring_case(each.name, "x-gzip")) return each.weight > 0;
    if (each.name == "*") any = each.weight > 0;
  }
  return any;
}

}  // namespace modelgate::http
