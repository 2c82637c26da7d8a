#include "control/runtime/process/image_catalogue.hpp"

#include "control/runtime/image_reference.hpp"

#include "modelgate/base/small_file.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace modelgate::control::runtime::process {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t manifest_limit = 65'536;
constexpr int deepest_image = 8;
constexpr std::size_t most_images = 10'000;

bool is_below(const fs::path& path, const fs::path& root) {
  const auto [at_root, at_path] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  return at_root == root.end();
}

std::string join(const diagnostics& mistakes) {
  std::string text;
  for (const diagnostic& mistake : mistakes) {
    if (!text.empty()) text.append("; ");
    text.append(mistake.where).append(" ").append(mistake.detail);
  }
  return text;
}

void collect_images(const fs::path& folder, const std::string& name, int depth, std::vector<std::string>& found) {
  std::error_code failure;
  for (const fs::directory_entry& entry : fs::directory_iterator{folder, failure}) {
    if (found.size() >= most_images || !entry.is_directory(failure) || entry.is_symlink(failure)) continue;
    const std::string part = entry.path().filename().native();
    if (!name.empty() && fs::exists(entry.path() / "image.toml", failure)) {
      found.push_back(name + ":" + part);
    } else if (depth < deepest_image) {
      collect_images(entry.path(), name.empty() ? part : name + "/" + part, depth + 1, found);
    }
  }
}

}  // namespace

image_catalogue::image_catalogue(const fs::path& root) {
  if (root.empty()) return;
  std::error_code problem;
  root_ = fs::weakly_canonical(root, problem);
  if (problem) root_ = fs::absolute(root);
}

std::string image_catalogue::known_tags(std::string_view name) const {
  std::vector<std::string> tags;
  std::error_code problem;
  for (const fs::directory_entry& entry : fs::directory_iterator{root_ / name, problem}) {
    if (fs::exists(entry.path() / "image.toml", problem)) tags.push_back(entry.path().filename().native());
  }
  std::sort(tags.begin(), tags.end());
  std::string text;
  for (const std::string& tag : tags) text.append(text.empty() ? "" : ", ").append(tag);
  return text;
}

result<catalogue_image, std::string> image_catalogue::find(std::string_view image) const {
  const auto reference = parse_image_reference(image);
  if (!reference) return reference.error();
  if (root_.empty()) return std::string{"There is no image catalogue; set catalogue.path."};
  const std::string shown = "The image \"" + std::string{image} + "\"";

  std::error_code problem;
  const fs::path folder = fs::canonical(root_ / reference->name / reference->tag, problem);
  const bool there = !problem && fs::is_regular_file(folder / "image.toml", problem);
  if (!there || !is_below(folder, root_)) {
    const std::string tags = known_tags(reference->name);
    if (tags.empty()) return shown + " is not in the catalogue, which has no image of that name.";
    return shown + " is not in the catalogue; of \"" + reference->name + "\" it has " + tags + ".";
  }
  const auto text = read_small_file(folder / "image.toml", manifest_limit);
  if (!text) return shown + " cannot be used: its image.toml cannot be read: " + text.error().message() + ".";
  auto manifest = parse_image_manifest(*text, std::string{image});
  if (!manifest) return shown + " cannot be used: image.toml: " + join(manifest.error()) + ".";

  catalogue_image answer{std::move(*manifest), {folder}};
  for (const fs::path& include : answer.manifest.include) {
    const fs::path included = fs::canonical(root_ / include, problem);
    if (problem || !fs::is_directory(included, problem) || !is_below(included, root_)) {
      return shown + " cannot be used: it includes \"" + include.native() + "\", which is no folder of the catalogue.";
    }
    answer.folders.push_back(included);
  }
  return answer;
}

image_catalogue::listing image_catalogue::list() const {
  std::vector<std::string> names;
  if (!root_.empty()) collect_images(root_, "", 0, names);
  std::sort(names.begin(), names.end());
  listing answer;
  for (const std::string& name : names) {
    auto found = find(name);
    if (found) {
      answer.images.push_back(std::move(found->manifest.description));
    } else {
      answer.broken.push_back(std::move(found.error()));
    }
  }
  return answer;
}

}  // namespace modelgate::control::runtime::process
