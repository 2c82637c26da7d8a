#include "control/runtime/image_reference.hpp"

#include <algorithm>

namespace modelgate::control::runtime {
namespace {

using boost::system::in_place_error;

constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_tag = 128;

bool is_lower_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_segment(std::string_view text) {
  if (text.empty() || !is_lower_alnum(text.front()) || !is_lower_alnum(text.back())) return false;
  char before = 'a';
  for (const char c : text) {
    const bool parts = c == '.' || c == '_' || c == '-';
    if (!is_lower_alnum(c) && !parts) return false;
    if (parts && c != '-' && !is_lower_alnum(before)) return false;  // ".." must never be a part of a path
    before = c;
  }
  return true;
}

bool is_name(std::string_view text) {
  if (text.size() > longest_name) return false;
  for (;;) {
    const auto slash = text.find('/');
    if (!is_segment(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

bool is_tag(std::string_view text) {
  const auto is_word = [](char c) { return is_lower_alnum(c) || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (text.empty() || text.size() > longest_tag || !is_word(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return is_word(c) || c == '.' || c == '-'; });
}

/// Where the tag's colon stands; npos when there is no tag.
std::size_t tag_colon(std::string_view image) {
  const auto colon = image.rfind(':');
  const auto slash = image.rfind('/');
  if (colon == std::string_view::npos || (slash != std::string_view::npos && colon < slash)) {
    return std::string_view::npos;
  }
  return colon;
}

}  // namespace

result<image_reference, std::string> parse_image_reference(std::string_view image) {
  const auto colon = tag_colon(image);
  const std::string shown{image.substr(0, longest_name)};
  if (colon == std::string_view::npos) {
    return {in_place_error, "The image \"" + shown + "\" has no tag; images are named like \"demo/iris:1.0\"."};
  }
  if (!is_name(image.substr(0, colon)) || !is_tag(image.substr(colon + 1))) {
    return {in_place_error, "\"" + shown + "\" is not the name of an image; images are named like \"demo/iris:1.0\"."};
  }
  return image_reference{std::string{image.substr(0, colon)}, std::string{image.substr(colon + 1)}};
}

}  // namespace modelgate::control::runtime
