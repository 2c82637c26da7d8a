#include "control/runtime/container/pull_progress.hpp"

#include "modelgate/base/result.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>

namespace modelgate::control::runtime::container {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_line = 262'144;
constexpr std::size_t most_layers = 512;
constexpr std::size_t longest_error = 2'000;

std::string_view text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  const json::string& text = value->get_string();
  return {text.data(), text.size()};
}

std::uint64_t number_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) return 0;
  error_code not_whole;
  const auto number = value->to_number<std::uint64_t>(not_whole);
  return not_whole ? 0 : number;
}

bool is_complete(std::string_view status) {
  return status == "Pull complete" || status == "Already exists" || status == "Download complete";
}

}  // namespace

void pull_progress::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    if (held_.size() + part.size() > longest_line) {
      too_long_ = true;
      held_.clear();
    }
    if (!too_long_) held_.append(part);
    if (end == std::string_view::npos) return;
    finish();
    bytes.remove_prefix(end + 1);
  }
}

void pull_progress::finish() {
  if (!too_long_) take(held_);
  too_long_ = false;
  held_.clear();
}

void pull_progress::take(std::string_view line) {
  error_code broken;
  const json::value document = json::parse(line, broken);
  const auto* object = broken ? nullptr : document.if_object();
  if (object == nullptr) return;
  std::string_view problem = text_of(*object, "error");
  if (const auto* detail = object->if_contains("errorDetail"); detail != nullptr && detail->is_object()) {
    if (const auto said = text_of(detail->get_object(), "message"); !said.empty()) problem = said;
  }
  if (!problem.empty() && error_.empty()) error_ = problem.substr(0, longest_error);
  const std::string_view id = text_of(*object, "id");
  const std::string_view status = text_of(*object, "status");
  // The first line bears the tag as its id.
  if (id.empty() || status.empty() || status.starts_with("Pulling from")) return;
  const auto known = layers_.find(id);
  if (known == layers_.end() && layers_.size() >= most_layers) return;
  layer& of = known == layers_.end() ? layers_[std::string{id}] : known->second;
  of.complete = of.complete || is_complete(status);
  const auto* detail = object->if_contains("progressDetail");
  // What is unpacked is counted again from nothing: only the download is told.
  if (detail == nullptr || !detail->is_object() || status == "Extracting") return;
  const std::uint64_t whole = number_of(detail->get_object(), "total");
  if (whole == 0) return;
  of.whole = whole;
  of.done = std::max(of.done, std::min(whole, number_of(detail->get_object(), "current")));
}

std::string pull_progress::text() const {
  if (layers_.empty()) return {};
  constexpr std::uint64_t mib = 1'048'576;
  std::uint64_t done = 0;
  std::uint64_t whole = 0;
  std::size_t complete = 0;
  for (const auto& [id, of] : layers_) {
    complete += of.complete ? 1U : 0U;
    whole += of.whole;
    done += of.complete ? of.whole : of.done;
  }
  std::string said = std::to_string(complete) + " of " + std::to_string(layers_.size()) + " layers";
  if (whole >= mib) said += ", " + std::to_string(done / mib) + " of " + std::to_string(whole / mib) + " MiB";
  return said;
}

}  // namespace modelgate::control::runtime::container
