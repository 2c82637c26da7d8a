#include "gateway/config/system_look.hpp"

#include "gateway/config/settings_names.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>

namespace modelgate::config {
namespace {

namespace fs = std::filesystem;

using finding = std::optional<std::string>;

std::string quoted(const fs::path& path) {
  return "\"" + shown(path.native()) + "\"";
}

finding look_for_user(const std::string& name) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16'384);
  ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found != nullptr) return std::nullopt;
  return "this system has no user \"" + shown(name) + "\"; name one that exists";
}

finding look_for_readable_folder(const fs::path& folder) {
  std::error_code problem;
  const fs::file_status status = fs::status(folder, problem);
  const std::string path = quoted(fs::absolute(folder, problem));
  if (status.type() == fs::file_type::not_found) return "there is no " + path + "; name a folder that exists";
  if (status.type() != fs::file_type::directory && status.type() != fs::file_type::none)
    return path + " is no folder; name a folder";
  if (::faccessat(AT_FDCWD, folder.c_str(), R_OK | X_OK, AT_EACCESS) != 0) {
    return path + " cannot be read (" + std::generic_category().message(errno)
           + "); let the user who runs modelgate read and enter it";
  }
  return std::nullopt;
}

/// A folder that modelgate makes if it is missing.
finding look_for_possible_folder(const fs::path& folder) {
  std::error_code problem;
  const fs::path whole = fs::absolute(folder, problem);
  fs::path there = whole;
  while (fs::status(there, problem).type() == fs::file_type::not_found && there.has_relative_path())
    there = there.parent_path();
  const fs::file_type type = fs::status(there, problem).type();
  if (type == fs::file_type::directory || type == fs::file_type::none) return std::nullopt;
  if (there == whole) return quoted(whole) + " is no folder; name a folder";
  return quoted(whole) + " cannot be made, as " + quoted(there) + " is no folder; name another place";
}

bool is_within(const fs::path& inner, const fs::path& outer) {
  std::error_code problem;
  const fs::path from = fs::weakly_canonical(fs::absolute(outer, problem), problem);
  const fs::path to = fs::weakly_canonical(fs::absolute(inner, problem), problem);
  const fs::path way = to.lexically_relative(from);
  return !way.empty() && *way.begin() != "..";
}

}  // namespace

std::vector<settings_problem> find_missing(const settings& whole,
                                           const std::function<bool(std::string_view key)>& is_set) {
  std::vector<settings_problem> found;
  const auto note = [&found](std::string_view key, finding what) {
    if (what) found.push_back({{key}, std::move(*what)});
  };
  constexpr std::string_view user = "runtime.process.user";
  constexpr std::string_view work = "runtime.process.work_folder";
  if (is_set(user) || ::geteuid() == 0) note(user, look_for_user(whole.process_runtime.user));
  if (is_set("catalogue.path")) note("catalogue.path", look_for_readable_folder(whole.catalogue));
  if (is_set("data.folder")) note("data.folder", look_for_possible_folder(whole.data_folder));
  if (is_set(work)) {
    note(work, look_for_possible_folder(whole.process_runtime.work_folder));
    if (is_within(whole.process_runtime.work_folder, whole.data_folder)) {
      found.push_back({{work, "data.folder"}, "is in the data folder, which replicas may not see; name another place"});
    }
  }
  return found;
}

}  // namespace modelgate::config
