#include "control/runtime/container/container_image.hpp"

#include <algorithm>

namespace modelgate::control::runtime::container {
namespace {

using boost::system::in_place_error;

constexpr std::size_t longest_shown = 255;
constexpr std::size_t longest_tag = 128;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower_alnum(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c);
}
bool is_alnum(char c) {
  return is_lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

bool is_path(std::string_view text) {
  for (;;) {
    const auto slash = text.find('/');
    const std::string_view part = text.substr(0, slash);
    if (part.empty() || !is_lower_alnum(part.front()) || !is_lower_alnum(part.back())) return false;
    if (!std::all_of(part.begin(), part.end(),
                     [](char c) { return is_lower_alnum(c) || c == '.' || c == '_' || c == '-'; }))
      return false;
    if (part.find("..") != std::string_view::npos) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

/// The part before the first slash is a registry if it cannot be a folder of the default one.
bool looks_like_registry(std::string_view part) {
  return part == "localhost" || part.find_first_of(".:") != std::string_view::npos;
}

bool is_registry(std::string_view text) {
  const auto is_host = [](char c) { return is_alnum(c) || c == '.' || c == '-'; };
  if (text.starts_with('[')) {  // an IPv6 address
    const auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    const std::string_view inside = text.substr(1, end - 1);
    if (inside.empty() || !std::all_of(inside.begin(), inside.end(), [](char c) { return is_alnum(c) || c == ':'; }))
      return false;
    text.remove_prefix(end + 1);
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    const std::string_view host = text.substr(0, colon);
    if (host.empty() || !is_alnum(host.front()) || !std::all_of(host.begin(), host.end(), is_host)) return false;
    text.remove_prefix(colon);
  }
  constexpr std::size_t longest_port = 6;
  return text.empty()
         || (text.front() == ':' && text.size() > 1 && text.size() <= longest_port
             && std::all_of(text.begin() + 1, text.end(), is_digit));
}

bool is_tag(std::string_view text) {
  const auto is_word = [](char c) { return is_alnum(c) || c == '_'; };
  return !text.empty() && text.size() <= longest_tag && is_word(text.front())
         && std::all_of(text.begin(), text.end(), [&](char c) { return is_word(c) || c == '.' || c == '-'; });
}

bool is_digest(std::string_view text) {
  constexpr std::string_view algorithm = "sha256:";
  constexpr std::size_t digits = 64;
  if (!text.starts_with(algorithm)) return false;
  text.remove_prefix(algorithm.size());
  return text.size() == digits
         && std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

}  // namespace

result<container_image, std::string> parse_container_image(std::string_view image) {
  const std::string refusal =
      "\"" + std::string{image.substr(0, longest_shown)}
      + "\" is not the name of an image; images are named like \"registry.example.com/team/iris:1.0\".";
  container_image parsed;
  std::string_view rest = image;
  if (const auto at = rest.find('@'); at != std::string_view::npos) {
    parsed.digest = rest.substr(at + 1);
    rest = rest.substr(0, at);
    if (!is_digest(parsed.digest)) return {in_place_error, refusal};
  }
  const auto colon = rest.rfind(':');
  if (colon != std::string_view::npos && rest.find('/', colon) == std::string_view::npos) {
    parsed.tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    if (!is_tag(parsed.tag)) return {in_place_error, refusal};
  }
  if (parsed.tag.empty() && parsed.digest.empty()) parsed.tag = "latest";
  parsed.repository = rest;
  parsed.registry = "docker.io";
  const auto slash = rest.find('/');
  std::string_view path = rest;
  if (slash != std::string_view::npos && looks_like_registry(rest.substr(0, slash))) {
    parsed.registry = rest.substr(0, slash);
    path = rest.substr(slash + 1);
  }
  if (rest.size() > longest_shown || !is_registry(parsed.registry) || !is_path(path)) return {in_place_error, refusal};
  return parsed;
}

std::string to_string(const container_image& image) {
  return image.repository + (image.digest.empty() ? ":" + image.tag : "@" + image.digest);
}

}  // namespace modelgate::control::runtime::container
