#include "control/runtime/process/image_copies.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <map>
#include <system_error>
#include <utility>

namespace modelgate::control::runtime::process {
namespace {

namespace fs = std::filesystem;
using boost::system::in_place_error;
using boost::system::in_place_value;

constexpr std::size_t most_files = 100'000;
constexpr auto readable =
    fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read | fs::perms::others_read;
constexpr auto executable = fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;

struct source_file {
  fs::path from;  ///< resolved
  std::uintmax_t size = 0;
  fs::file_time_type changed;
  bool executable = false;
};

/// Every file of an image by its path in the copy.
using file_table = std::map<fs::path, source_file>;

bool is_below(const fs::path& path, const fs::path& root) {
  return std::mismatch(root.begin(), root.end(), path.begin(), path.end()).first == root.end();
}

/// Errors: a sentence's end, "it ...".
result<void, std::string> collect(const fs::path& folder, const fs::path& root, file_table& files) {
  std::error_code problem;
  fs::recursive_directory_iterator entries{folder, problem};
  for (; !problem && entries != fs::recursive_directory_iterator{}; entries.increment(problem)) {
    const fs::path relative = entries->path().lexically_relative(folder);
    if (entries->path().filename() == "__pycache__") {
      entries.disable_recursion_pending();
      continue;
    }
    const fs::path resolved = fs::canonical(entries->path(), problem);
    if (problem) break;
    if (!is_below(resolved, root)) return "its \"" + relative.native() + "\" leads out of the catalogue";
    const fs::file_status status = fs::status(resolved, problem);
    if (problem) break;
    if (fs::is_directory(status)) {
      if (entries->is_symlink())
        return "its \"" + relative.native() + "\" is a link to a folder; only files may be linked";
      continue;
    }
    if (!fs::is_regular_file(status)) return "its \"" + relative.native() + "\" is neither a file nor a folder";
    source_file file{resolved, fs::file_size(resolved, problem), fs::last_write_time(resolved, problem),
                     (status.permissions() & executable) != fs::perms::none};
    if (!files.emplace(relative, std::move(file)).second) {
      return "it and a folder that it includes both have \"" + relative.native() + "\"";
    }
    if (files.size() > most_files) return "it has more than " + std::to_string(most_files) + " files";
  }
  if (problem) return "its files cannot be read: " + problem.message();
  return {};
}

/// Names the state of an image: another one as soon as any file differs in place, size or time.
std::string name_of_copy(const std::string& image, const file_table& files) {
  std::string listing;
  for (const auto& [path, file] : files) {
    listing.append(path.native()).push_back('\0');
    listing.append(std::to_string(file.size)).push_back(' ');
    listing.append(std::to_string(file.changed.time_since_epoch().count())).push_back('\0');
  }
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(listing.data()), listing.size(),
                     nullptr, 0);
  std::array<char, 2 * hash.size() + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  std::string name = image;
  std::replace(name.begin(), name.end(), '/', '+');
  std::replace(name.begin(), name.end(), ':', '+');
  constexpr std::size_t shown = 128;  // a file name has room for no more
  return name.substr(0, shown) + "+" + hex.data();
}

/// Something that cleans old files away may have been at work.
bool is_whole(const fs::path& copy, const file_table& files) {
  return std::all_of(files.begin(), files.end(), [&](const auto& entry) {
    std::error_code problem;
    return fs::file_size(copy / entry.first, problem) == entry.second.size && !problem;
  });
}

std::error_code copy_files(const fs::path& to, const file_table& files) {
  std::error_code problem;
  fs::create_directories(to, problem);
  if (!problem) fs::permissions(to, readable | executable, problem);
  for (const auto& [path, file] : files) {
    if (problem) return problem;
    fs::path folder = to;
    for (const fs::path& step : path.parent_path()) {
      folder /= step;
      if (fs::create_directory(folder, problem)) fs::permissions(folder, readable | executable, problem);
      if (problem) return problem;
    }
    fs::copy_file(file.from, to / path, problem);
    if (!problem) fs::permissions(to / path, file.executable ? readable | executable : readable, problem);
  }
  return problem;
}

}  // namespace

image_copies::image_copies(fs::path folder) : folder_{std::move(folder)} {}

result<std::string, std::string> image_copies::ensure(const catalogue_image& image, const fs::path& catalogue_root) {
  const std::string& image_name = image.manifest.description.image;
  file_table files;
  for (const fs::path& folder : image.folders) {
    if (const auto collected = collect(folder, catalogue_root, files); !collected) {
      return {in_place_error, "The image \"" + image_name + "\" cannot be used: " + collected.error() + "."};
    }
  }
  const std::string name = name_of_copy(image_name, files);
  if (is_whole(folder_ / name, files)) return {in_place_value, name};

  const fs::path partial = folder_ / (name + ".partial");
  std::error_code problem;
  fs::remove_all(partial, problem);
  fs::remove_all(folder_ / name, problem);
  problem = copy_files(partial, files);
  if (!problem) fs::rename(partial, folder_ / name, problem);
  if (!problem) return {in_place_value, name};
  std::error_code ignored;
  fs::remove_all(partial, ignored);
  return {in_place_error, "The image \"" + image_name + "\" cannot be copied to \"" + folder_.native()
                              + "\": " + problem.message() + "."};
}

void image_copies::remove_all_but(const std::set<std::string>& used) {
  std::error_code problem;
  for (const fs::directory_entry& entry : fs::directory_iterator{folder_, problem}) {
    if (!used.contains(entry.path().filename().native())) fs::remove_all(entry.path(), problem);
  }
}

}  // namespace modelgate::control::runtime::process
