#include "control/api/rest/route_table.hpp"

namespace modelgate::control::rest {
namespace {

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  for (;;) {
    const auto slash = path.find('/');
    segments.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

bool is_place(const std::string& segment) {
  return segment.starts_with('{');
}
bool is_rest(const std::string& segment) {
  return segment.ends_with("...}");
}

std::string joined(const std::vector<std::string>& segments, std::size_t from) {
  std::string text = segments[from];
  for (std::size_t i = from + 1; i < segments.size(); ++i) text.append("/").append(segments[i]);
  return text;
}

/// What stands in the pattern's places. Errors: absent when the path does not match.
std::optional<std::vector<std::string>> arguments_of(const std::vector<std::string>& pattern,
                                                     const std::vector<std::string>& path) {
  std::vector<std::string> arguments;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (i >= path.size()) return std::nullopt;
    if (is_rest(pattern[i])) {
      arguments.push_back(joined(path, i));
      return arguments;
    }
    if (is_place(pattern[i])) {
      if (path[i].empty()) return std::nullopt;
      arguments.push_back(path[i]);
    } else if (pattern[i] != path[i]) {
      return std::nullopt;
    }
  }
  if (path.size() != pattern.size()) return std::nullopt;
  return arguments;
}

}  // namespace

void route_table::add(std::string method, std::string_view pattern, handler answer) {
  routes_.push_back({std::move(method), segments_of(pattern), std::move(answer), {}});
}

void route_table::add_keyed(std::string method, std::string_view pattern, handler answer, refresher refresh) {
  routes_.push_back({std::move(method), segments_of(pattern), std::move(answer), std::move(refresh)});
}

std::vector<std::string> route_table::list() const {
  std::vector<std::string> all;
  for (const route& each : routes_) all.push_back(each.method + " /" + joined(each.segments, 0));
  return all;
}

std::optional<route_table::match> route_table::find(std::string_view method, std::string_view path) const {
  const std::vector<std::string> segments = segments_of(path);
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  std::optional<match> found;
  for (const route& each : routes_) {
    auto arguments = arguments_of(each.segments, segments);
    if (!arguments) continue;
    if (!found) found.emplace();
    if (!found->allowed.empty()) found->allowed += ", ";
    found->allowed += each.method;
    if (each.method == "GET") found->allowed += ", HEAD";
    if (each.method != wanted || found->answer != nullptr) continue;
    found->answer = &each.answer;
    if (each.refresh) found->refresh = &each.refresh;
    found->arguments = std::move(*arguments);
  }
  return found;
}

}  // namespace modelgate::control::rest
