#include "control/runtime/process/data_layout.hpp"

#include "control/runtime/file_text.hpp"
#include "control/runtime/replica_name.hpp"

#include "modelgate/base/ids.hpp"
#include "modelgate/base/small_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace modelgate::control::runtime::process {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t id_size = 12;
constexpr std::size_t id_limit = 64;
constexpr auto everybody_may_enter = static_cast<mode_t>(0755);
constexpr auto owner_only = static_cast<mode_t>(0700);

[[noreturn]] void refuse(const std::string& sentence) {
  throw std::runtime_error{sentence};
}

std::string why(int error) {
  return std::generic_category().message(error);
}

/// A folder of our own: nobody else may be able to put something into it.
void make_folder(const fs::path& folder, mode_t mode) {
  std::error_code problem;
  fs::create_directories(folder.parent_path(), problem);
  if (::mkdir(folder.c_str(), mode) != 0 && errno != EEXIST) {
    refuse("The folder \"" + folder.native() + "\" cannot be made: " + why(errno) + ".");
  }
  struct stat found {};
  if (::lstat(folder.c_str(), &found) != 0 || !S_ISDIR(found.st_mode) || found.st_uid != ::geteuid()
      || (found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    refuse("The folder \"" + folder.native()
           + "\" must be a folder of modelgate's own user that no one else may write.");
  }
  if (::chmod(folder.c_str(), mode) != 0) refuse("The folder \"" + folder.native() + "\": " + why(errno) + ".");
}

/// The handed one is checked: a lock of another folder would keep nobody out.
bool is_lock_of(const file_handle& lock, const fs::path& folder) {
  struct stat held {};
  struct stat wanted {};
  return ::fstat(lock.get(), &held) == 0 && ::stat((folder / ".lock").c_str(), &wanted) == 0
         && held.st_dev == wanted.st_dev && held.st_ino == wanted.st_ino;
}

file_handle lock_folder(const fs::path& folder, file_handle handed) {
  if (handed) {
    if (!is_lock_of(handed, folder)) {
      refuse("The data folder \"" + folder.parent_path().native() + "\" is not the one of the running modelgate.");
    }
    return handed;
  }
  file_handle lock{::open((folder / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR)};
  if (!lock) refuse("The folder \"" + folder.native() + "\" cannot be locked: " + why(errno) + ".");
  // A child that an earlier modelgate had just forked when it was killed holds the lock for a moment longer.
  constexpr int attempts = 20;
  constexpr int pause_ms = 50;
  for (int i = 0; ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0; ++i) {
    if (i == attempts) refuse("Another modelgate is using the data folder \"" + folder.parent_path().native() + "\".");
    ::poll(nullptr, 0, pause_ms);
  }
  return lock;
}

std::optional<user_identity> find_user(const std::string& name) {
  if (::geteuid() != 0) return std::nullopt;
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16'384);
  if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    refuse("There is no user \"" + name + "\" for replicas to run as; set runtime.process.user.");
  }
  return user_identity{found->pw_uid, found->pw_gid};
}

std::string load_or_make_id(const fs::path& file) {
  if (auto text = read_small_file(file, id_limit); text && !text->empty()) {
    while (!text->empty() && text->back() == '\n') text->pop_back();
    if (is_replica_name(*text)) return std::move(*text);
  }
  const std::string made = random_name_suffix(id_size);
  if (const auto written = replace_file_text(file, made + "\n"); !written) {
    refuse("The file \"" + file.native() + "\" cannot be written: " + written.error().message() + ".");
  }
  return made;
}

/// A copied data folder has the same id; its place on the disk is another one.
std::string place_of(const fs::path& folder) {
  struct stat found {};
  if (::stat(folder.c_str(), &found) != 0) refuse("The folder \"" + folder.native() + "\": " + why(errno) + ".");
  return std::to_string(found.st_dev) + "-" + std::to_string(found.st_ino);
}

}  // namespace

data_layout::data_layout(const config::settings& settings, int held_lock)
    : user_{find_user(settings.process_runtime.user)}, lock_{held_lock} {
  std::error_code problem;
  fs::create_directories(settings.data_folder, problem);
  data_folder_ = fs::canonical(settings.data_folder, problem);
  if (problem)
    refuse("The data folder \"" + settings.data_folder.native() + "\" cannot be used: " + problem.message() + ".");
  make_folder(replicas_folder(), owner_only);
  lock_ = lock_folder(replicas_folder(), std::move(lock_));
  instance_ = load_or_make_id(data_folder_ / "instance-id") + "-" + place_of(data_folder_);

  const auto& configured = settings.process_runtime.work_folder;
  work_folder_ = fs::absolute(configured.empty() ? "/var/tmp" : configured) / ("modelgate-" + instance_);
  if (work_folder_.native().starts_with(data_folder_.native() + "/")) {
    refuse("runtime.process.work_folder must not be in the data folder, which replicas may not see.");
  }
  make_folder(work_folder_, everybody_may_enter);
  make_folder(images_folder(), everybody_may_enter);
  make_folder(work_folder_ / "replicas", everybody_may_enter);
  make_folder(work_folder_ / "s", everybody_may_enter);
}

result<fs::path> data_layout::make_own_folder(std::string_view name) const {
  const fs::path folder = own_folder(name);
  std::error_code problem;
  fs::remove_all(folder, problem);
  if (::mkdir(folder.c_str(), owner_only) != 0 || (user_ && ::chown(folder.c_str(), user_->user, user_->group) != 0)) {
    return error_code{errno, boost::system::system_category()};
  }
  const fs::path way = short_way(name);
  fs::remove(way, problem);
  fs::create_symlink(fs::path{"../replicas"} / name, way, problem);  // without it there is just no socket
  return folder;
}

fs::path data_layout::short_way(std::string_view name) const {
  return work_folder_ / "s" / short_name(name);
}

void data_layout::remove_own_folder(std::string_view name) const {
  std::error_code problem;
  fs::remove(short_way(name), problem);
  fs::remove_all(own_folder(name), problem);
}

void data_layout::remove_own_folders_but(const std::set<std::string>& names) const {
  std::error_code problem;
  for (const fs::directory_entry& entry : fs::directory_iterator{work_folder_ / "replicas", problem}) {
    const std::string name = entry.path().filename().native();
    if (!names.contains(name)) remove_own_folder(name);
  }
}

void data_layout::remove_work_folder() const {
  std::error_code problem;
  fs::remove_all(work_folder_, problem);
}

}  // namespace modelgate::control::runtime::process
