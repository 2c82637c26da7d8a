#include "control/api/rest/audited_change.hpp"

#include "control/domain/names.hpp"

#include "modelgate/crypto/token.hpp"

#include <array>
#include <vector>

namespace modelgate::control::rest {
namespace {

constexpr std::string_view prefix = "/api/v1";
constexpr std::size_t longest_path = 1'024;

std::string_view without_prefix(std::string_view path) {
  return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
}

/// No part of a token but what is shown of it elsewhere.
std::string without_tokens(std::string_view path) {
  std::string text;
  for (std::size_t at = 0; at < path.size();) {
    const std::string_view rest = path.substr(at);
    constexpr std::array<std::string_view, 3> kinds{"mga_", "mgc_", "mgs_"};
    bool is_token = false;
    for (const std::string_view kind : kinds) is_token = is_token || rest.starts_with(kind);
    if (!is_token) {
      text.push_back(path[at++]);
      continue;
    }
    const std::string_view token = rest.substr(0, rest.find('/'));
    text.append(domain::cut(token, crypto::display_prefix(token).size())).append("...");
    at += token.size();
  }
  return std::string{domain::cut(text, longest_path)};
}

}  // namespace

domain::audit_event audited(const http_io::request& request, std::string_view request_id) {
  domain::audit_event event;
  event.peer = request.peer;
  event.method = request.method;
  event.path = without_tokens(without_prefix(request.path));
  event.resource = resource_of(event.path);
  // Which deployments he knew to go with a group.
  if (const auto confirmed = request.query_value("confirm"))
    event.path = std::string{domain::cut(event.path + "?confirm=" + without_tokens(*confirmed), longest_path)};
  event.dry_run = request.query_value("dryRun") == "true";
  event.request_id = request_id;
  return event;
}

std::string resource_of(std::string_view path) {
  path = without_prefix(path);
  if (path.starts_with('/')) path.remove_prefix(1);
  std::vector<std::size_t> slashes;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '/') slashes.push_back(i);
  }
  // Collections and names take turns; what is left over at the end is an action, or a list of what the thing has.
  if (!slashes.empty() && slashes.size() % 2 == 0) path = path.substr(0, slashes.back());
  return without_tokens(path);
}

std::string resource_of(std::string_view path, const http_io::response& answer) {
  const std::string_view place = answer.fields.get("Location");
  return resource_of(place.empty() ? path : place);
}

}  // namespace modelgate::control::rest
