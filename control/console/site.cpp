#include "control/console/site.hpp"

#include "modelgate/http/fields.hpp"
#include "modelgate/http/negotiation.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace modelgate::control::console {
namespace {

constexpr std::string_view page = "/index.html";
/// Bundles whose names change with their bytes.
constexpr std::string_view hashed_files = "/assets/";
constexpr std::string_view hashed_file_life = "public, max-age=31536000, immutable";

/// First segments of paths that are the program's, or belong to its other ports: a mistake there must not look like a page.
constexpr std::array<std::string_view, 10> not_pages{"api",  "assets",  "deployment", "healthz",    "livez",
                                                     "oidc", "metrics", "ping",       "prometheus", "readyz"};

/// The page runs its own scripts and talks to its own server, and nobody else is in it or around it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> protection{
    {{"Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src "
      "'self'; "
      "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
     {"Cross-Origin-Opener-Policy", "same-origin"},
     {"Cross-Origin-Resource-Policy", "same-origin"},
     {"Permissions-Policy",
      "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), "
      "usb=()"},
     {"Referrer-Policy", "no-referrer"},
     {"X-Content-Type-Options", "nosniff"}}};

bool takes_html(const http_io::field_list& fields) {
  if (!fields.contains("Accept")) return true;
  const std::string accept = fields.combined("Accept");
  for (std::string_view rest = accept; !rest.empty();) {
    const http::alternative each = http::take_alternative(rest);
    const bool is_html = each.name == "*/*" || http::equals_ignoring_case(each.name, "text/*")
                         || http::equals_ignoring_case(each.name, "text/html");
    if (is_html && each.weight > 0) return true;
  }
  return false;
}

/// Whether the console's own script may know what to show there.
bool is_page(std::string_view path) {
  const std::string_view rest = path.substr(1);
  const auto slash = rest.find('/');
  const std::string_view first = rest.substr(0, slash);
  if (std::find(not_pages.begin(), not_pages.end(), first) != not_pages.end()) return false;
  // Names of users and images, deeper down, may have a dot; in the first place it is a file that somebody looks for.
  return first.find('.') == std::string_view::npos;
}

/// Source: RFC 9110 section 13.1.2, compared weakly.
bool names(std::string_view if_none_match, std::string_view tag) {
  while (!if_none_match.empty()) {
    const auto comma = if_none_match.find(',');
    std::string_view each = http::trim(if_none_match.substr(0, comma));
    if (each.starts_with("W/")) each.remove_prefix(2);
    if (each == tag || each == "*") return true;
    if (comma == std::string_view::npos) return false;
    if_none_match.remove_prefix(comma + 1);
  }
  return false;
}

http_io::response answer_with(const asset& file, const http_io::field_list& asked) {
  const bool packed = !file.packed.empty() && http::accepts_gzip(asked.combined("Accept-Encoding"));
  // Two codings of the same bytes are two representations, so each has a tag of its own.
  const std::string tag = "\"" + std::string{file.hash} + (packed ? "-gzip\"" : "\"");
  http_io::response answer;
  for (const auto& [name, value] : protection) answer.fields.add(std::string{name}, std::string{value});
  answer.fields.add("Cache-Control", std::string{file.path.starts_with(hashed_files) ? hashed_file_life : "no-cache"});
  answer.fields.add("ETag", tag);
  answer.fields.add("Vary", "Accept-Encoding");
  if (names(asked.combined("If-None-Match"), tag)) {
    answer.status = 304;
    return answer;
  }
  answer.fields.add("Content-Type", std::string{file.media_type});
  if (packed) answer.fields.add("Content-Encoding", "gzip");
  answer.body = packed ? file.packed : file.bytes;
  return answer;
}

}  // namespace

const asset* site::find(std::string_view path) const noexcept {
  const auto found = std::lower_bound(assets_.begin(), assets_.end(), path,
                                      [](const asset& each, std::string_view wanted) { return each.path < wanted; });
  return found != assets_.end() && found->path == path ? &*found : nullptr;
}

std::optional<http_io::response> site::answer(const http_io::request& request) const {
  const std::string_view path = request.path;
  if (const asset* file = find(path)) return answer_with(*file, request.fields);
  if (!path.starts_with('/') || !is_page(path) || !takes_html(request.fields)) return std::nullopt;
  const asset* index = find(page);
  return index == nullptr ? std::nullopt : std::optional{answer_with(*index, request.fields)};
}

}  // namespace modelgate::control::console
