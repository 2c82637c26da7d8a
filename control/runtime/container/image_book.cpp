#include "control/runtime/container/image_book.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <charconv>

namespace modelgate::control::runtime::container {
namespace {

constexpr std::string_view seldon_health_path = "/health/status";

bool is_url_path(std::string_view text) {
  constexpr std::size_t longest = 1'024;
  return text.starts_with('/') && text.size() <= longest
         && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_json(const std::string& text) {
  error_code broken;
  boost::json::parse(text, broken);
  return !broken;
}

}  // namespace

std::map<std::string, std::string> own_labels(const std::map<std::string, std::string>& labels) {
  std::map<std::string, std::string> own;
  for (const auto& [name, value] : labels) {
    if (name.starts_with("modelgate.") || name == image_label::description) own.emplace(name, value);
  }
  return own;
}

labelled_image read_image_labels(std::string_view image, const std::map<std::string, std::string>& labels) {
  const auto find = [&](std::string_view name) {
    const auto found = labels.find(std::string{name});
    return found == labels.end() ? std::string{} : found->second;
  };
  labelled_image read;
  read.description.image = image;
  read.description.description = find(image_label::description);
  if (find(image_label::protocol) == "passthrough") read.description.protocol = config::upstream_protocol::passthrough;
  const std::string health = find(image_label::health_path);
  read.description.health_path = is_url_path(health) ? health : std::string{seldon_health_path};
  const std::string concurrency = find(image_label::concurrency);
  std::uint32_t number = 0;
  if (std::from_chars(concurrency.data(), concurrency.data() + concurrency.size(), number).ec == std::errc{}
      && number > 0)
    read.description.concurrency = number;
  if (const std::string example = find(image_label::example_request); !example.empty() && is_json(example))
    read.description.example_request = example;
  if (const std::string path = find(image_label::example_path); is_url_path(path)) read.example_path = path;
  read.can_use_socket = find(image_label::unix_socket) == "true";
  return read;
}

void image_book::note(const image_description& image) {
  constexpr std::size_t most = 10'000;
  const std::lock_guard lock{mutex_};
  if (images_.size() >= most && !images_.contains(image.image)) images_.erase(images_.begin());
  images_[image.image] = image;
}

image_description image_book::describe(std::string_view image) const {
  const std::lock_guard lock{mutex_};
  if (const auto found = images_.find(image); found != images_.end()) return found->second;
  return read_image_labels(image, {}).description;
}

std::vector<image_description> image_book::list() const {
  const std::lock_guard lock{mutex_};
  std::vector<image_description> all;
  all.reserve(images_.size());
  for (const auto& [name, image] : images_) all.push_back(image);
  return all;
}

}  // namespace modelgate::control::runtime::container
