#include "control/runtime/model_uri.hpp"

#include "control/domain/replica_url.hpp"

#include <algorithm>
#include <array>

namespace modelgate::control::runtime {
namespace {

using boost::system::in_place_error;

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// A path that means what it says, whoever reads it.
bool climbs(std::string_view path) {
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    const std::string_view part =
        path.substr(0, std::min(slash, path.find(';')));  // what follows ';' is its parameters
    if (part == ".." || part == ".") return true;
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return false;
}

/// What many servers turn into '.' or '/' after they have asked who may read what: "%2e%2e/" leaves a folder as "../" does.
bool hides_steps(std::string_view path) {
  constexpr std::array<std::string_view, 7> hidden{"2e", "2E", "2f", "2F", "5c", "5C", "25"};
  if (path.find('\\') != std::string_view::npos) return true;
  for (auto at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1)) {
    if (std::find(hidden.begin(), hidden.end(), path.substr(at + 1, 2)) != hidden.end()) return true;
  }
  return false;
}

bool is_sha256(std::string_view text) {
  constexpr std::size_t digits = 64;
  return text.size() == digits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace

result<model_uri, std::string> parse_model_uri(std::string_view text) {
  constexpr std::string_view checksum = "#sha256=";
  constexpr std::string_view file = "file://";
  const auto refuse = [](std::string why) { return result<model_uri, std::string>{in_place_error, std::move(why)}; };
  model_uri read;
  if (!is_plain(text)) return refuse("has spaces or characters that must be written as %XX");
  if (const auto at = text.find('#'); at != std::string_view::npos) {
    if (!text.substr(at).starts_with(checksum) || !is_sha256(text.substr(at + checksum.size())))
      return refuse("may end with #sha256= and 64 lower-case digits, and with no other fragment");
    read.sha256 = text.substr(at + checksum.size());
    text = text.substr(0, at);
  }
  std::string_view path;
  if (text.starts_with(file)) {
    read.is_file = true;
    path = text.substr(file.size());
  } else {
    const auto scheme = text.find("://");
    if (scheme == std::string_view::npos) return refuse("must start with file://, http:// or https://");
    const auto slash = std::min(text.find('/', scheme + 3), text.size());
    const auto server = domain::parse_replica_url(text.substr(0, slash));
    if (!server) return refuse(server.error());
    read.host = server->host;
    read.is_literal = server->is_literal;
    read.port = server->port;
    read.uses_tls = server->uses_tls;
    path = text.substr(slash);
  }
  if (!path.starts_with('/')) return refuse("needs a path, such as /models/iris.tar.gz");
  const std::string_view without_query = path.substr(0, path.find('?'));
  if (climbs(without_query.substr(1))) return refuse("must not have \".\" or \"..\" in its path");
  if (!read.is_file && hides_steps(without_query))
    return refuse(
        "must not have a backslash, %2E, %2F, %5C or %25 in its path: servers read them as a way out of a folder");
  if (read.is_file && path.find_first_of("?%") != std::string_view::npos) return refuse("must be a plain path");
  read.path = path;
  while (read.is_file && read.path.size() > 1 && read.path.ends_with('/')) read.path.pop_back();
  std::string_view last = without_query;
  while (last.ends_with('/')) last.remove_suffix(1);
  read.name = last.substr(last.rfind('/') + 1);
  if (read.name.empty()) read.name = "model";
  return read;
}

bool is_fetched(std::string_view text, const std::vector<std::string>& sources) {
  return std::any_of(sources.begin(), sources.end(), [text](std::string_view source) {
    if (!text.starts_with(source)) return false;
    // "https://models.example.com" must not stand for "https://models.example.com.evil.net/".
    return source.ends_with('/') || text.size() == source.size() || text[source.size()] == '/'
           || text[source.size()] == '#';
  });
}

}  // namespace modelgate::control::runtime
