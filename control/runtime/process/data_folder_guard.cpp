#include "control/runtime/process/data_folder_guard.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace modelgate::control::runtime::process {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t truncate_access = 1ULL << 14;  // since the third version; newer than the headers of Debian 12
constexpr std::uint64_t file_access =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t first_version_access = file_access | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR
                                               | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR
                                               | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG
                                               | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO
                                               | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

long landlock_version() noexcept {
  return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

std::uint64_t known_access(long version) {
  std::uint64_t access = first_version_access;
  if (version >= 2) access |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3) access |= truncate_access;
  return access;
}

/// False when the rule could not be added to the set. What has gone meanwhile needs no rule.
bool grant(int ruleset, const fs::path& path, std::uint64_t access) {
  // A symbolic link is left out: where it leads to is granted, or hidden, as the place that it is.
  const file_handle place{::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
  if (!place) return true;
  struct stat found {};
  if (::fstat(place.get(), &found) != 0 || S_ISLNK(found.st_mode)) return true;
  landlock_path_beneath_attr rule{};
  rule.allowed_access = S_ISDIR(found.st_mode) ? access : access & (file_access | truncate_access);
  rule.parent_fd = place.get();
  return ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

}  // namespace

bool is_guard_supported() noexcept {
  return landlock_version() >= 1;
}

file_handle make_guard(const fs::path& hidden) {
  const long version = landlock_version();
  if (version < 1) return {};
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = known_access(version);
  file_handle ruleset{static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0))};
  if (!ruleset) return {};

  std::error_code problem;
  const fs::path canonical = fs::canonical(hidden, problem);
  if (problem) return {};
  fs::path folder = canonical.root_path();
  for (const fs::path& step : canonical.relative_path()) {
    const fs::path next = folder / step;
    for (const fs::directory_entry& entry : fs::directory_iterator{folder, problem}) {
      if (entry.path() == next) continue;
      // procfs and a few more refuse rules on their single entries, never on what is mounted as a whole.
      if (!grant(ruleset.get(), entry.path(), attributes.handled_access_fs) && errno != EBADFD) return {};
    }
    if (problem) return {};
    folder = next;
  }
  return ruleset;
}

}  // namespace modelgate::control::runtime::process
