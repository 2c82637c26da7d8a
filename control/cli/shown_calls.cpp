#include "control/cli/shown_calls.hpp"

#include "control/cli/answer_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <ostream>
#include <utility>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

constexpr std::string_view page_size = "500";  // as many as the server gives at once

outcome<json::array> fetch_all(const api_client& api, const std::string& path) {
  json::array all;
  std::string token;
  do {
    std::string page = path;
    if (!token.empty()) add_parameter(page, "pageToken", token);
    const auto given = api.perform({.method = "GET", .path = page, .json = {}, .if_match = {}});
    if (!given) return given.error();
    const auto object = parse_object(given->body);
    if (!object) return object.error();
    for (const json::value& item : array_member(*object, "items")) all.push_back(item);
    const std::string next = member_text(*object, "nextPageToken");
    token = next == "-" ? std::string{} : next;
  } while (!token.empty());
  return all;
}

}  // namespace

outcome<void> call_and_show(const session& now, const api_client::call& asked,
                            const std::function<void(const json::object&)>& show) {
  const auto given = now.api.perform(asked);
  if (!given) return given.error();
  if (now.as_json) {
    now.around.out << given->body << '\n';
    return outcome<void>{};
  }
  const auto object = parse_object(given->body);
  if (!object) return object.error();
  show(*object);
  return outcome<void>{};
}

outcome<void> list_and_show(const session& now, std::string path, const std::function<void(const json::array&)>& show) {
  add_parameter(path, "pageSize", page_size);
  auto items = fetch_all(now.api, path);
  if (!items) return items.error();
  if (now.as_json) {
    now.around.out << json::serialize(json::object{{"items", std::move(*items)}, {"nextPageToken", ""}}) << '\n';
  } else {
    show(*items);
  }
  return outcome<void>{};
}

void add_parameter(std::string& path, std::string_view name, std::string_view value) {
  path.append(path.find('?') == std::string::npos ? "?" : "&").append(name).append("=").append(encode(value));
}

}  // namespace modelgate::control::cli
