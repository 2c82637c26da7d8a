#include "control/runtime/archive.hpp"

#include "control/runtime/file_handle.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace modelgate::control::runtime {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block_size = 65'536;
constexpr auto file_mode = static_cast<mode_t>(0644);
constexpr auto folder_mode = static_cast<mode_t>(0755);

using outcome = result<void, std::string>;

std::string why(int error) {
  return std::generic_category().message(error);
}

/// The path of an entry below the folder; empty when it would leave it.
fs::path place_of(const fs::path& named) {
  const fs::path plain = named.lexically_normal();
  if (plain.empty() || plain.is_absolute() || plain == ".") return {};
  if (std::any_of(named.begin(), named.end(), [](const fs::path& part) { return part == ".."; })) return {};
  return plain;
}

/// Writes what comes out, by the rules, into one folder.
class unpacker {
 public:
  unpacker(fs::path into, const unpack_limits& limits) : into_{std::move(into)}, limits_{limits} {}

  outcome add_folder(const fs::path& named) {
    const fs::path place = place_of(named);
    if (place.empty()) return named == "." || named == "./" ? outcome{} : leaves(named);
    const std::uint64_t before = entries_;
    if (auto made = make_folders(place); !made) return made;
    return entries_ > before ? outcome{} : count();  // named twice it counts twice
  }

  /// Created only when everything else is there, so that nothing is ever written through one.
  outcome add_link(const fs::path& named, const fs::path& target) {
    const fs::path place = place_of(named);
    if (place.empty()) return leaves(named);
    const fs::path meant = (place.parent_path() / target).lexically_normal();
    if (target.empty() || target.is_absolute() || *meant.begin() == "..")
      return "the link \"" + named.native() + "\" leads out of it";
    links_.emplace_back(place, target);
    return count();
  }

  /// `next` fills a block and answers its size, 0 at the end, less on failure.
  template <class Next>
  outcome add_file(const fs::path& named, Next next) {
    const fs::path place = place_of(named);
    if (place.empty()) return leaves(named);
    if (auto counted = count(); !counted) return counted;
    if (auto made = make_folders(place.parent_path()); !made) return made;
    const fs::path file = into_ / place;
    const file_handle out{::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file_mode)};
    if (!out) return "\"" + named.native() + "\" cannot be written: " + why(errno);
    ::fchmod(out.get(), file_mode);
    std::array<char, block_size> block;
    for (;;) {
      const ssize_t got = next(block.data(), block.size());
      if (got < 0) return "\"" + named.native() + "\" cannot be read";
      if (got == 0) return {};
      const auto size = static_cast<std::size_t>(got);
      bytes_ += size;
      if (bytes_ > limits_.bytes) return too_large();
      for (std::size_t written = 0; written < size;) {
        const ssize_t part = ::write(out.get(), block.data() + written, size - written);
        if (part < 0) return "\"" + named.native() + "\" cannot be written: " + why(errno);
        written += static_cast<std::size_t>(part);
      }
    }
  }

  outcome finish() {
    for (const auto& [place, target] : links_) {
      if (auto made = make_folders(place.parent_path()); !made) return made;
      if (::symlink(target.c_str(), (into_ / place).c_str()) != 0)
        return "the link \"" + place.native() + "\" cannot be made: " + why(errno);
    }
    // Links may lead over each other: where they really end is seen only now.
    std::error_code problem;
    const fs::path root = fs::canonical(into_, problem);
    for (const auto& [place, target] : links_) {
      const fs::path end = fs::canonical(into_ / place, problem);
      const auto [at_root, at_end] = std::mismatch(root.begin(), root.end(), end.begin(), end.end());
      if (problem || at_root != root.end()) return "the link \"" + place.native() + "\" leads out of it, or nowhere";
    }
    return {};
  }

 private:
  static outcome leaves(const fs::path& named) { return "\"" + named.native() + "\" would be outside of it"; }
  outcome too_large() const {
    return "it has more than " + std::to_string(limits_.bytes) + " bytes (runtime.models.bytes)";
  }

  outcome count() {
    if (++entries_ <= limits_.entries) return {};
    return "it has more than " + std::to_string(limits_.entries) + " files and folders (runtime.models.entries)";
  }

  /// Each one that is made counts: one entry may name a thousand.
  outcome make_folders(const fs::path& place) {
    fs::path whole = into_;
    for (const fs::path& part : place) {
      whole /= part;
      struct stat found {};
      if (::mkdir(whole.c_str(), folder_mode) == 0) {
        ::chmod(whole.c_str(), folder_mode);
        if (auto counted = count(); !counted) return counted;
      } else if (errno != EEXIST || ::lstat(whole.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) {
        return "the folder \"" + place.native() + "\" cannot be made";
      }
    }
    return {};
  }

  fs::path into_;
  unpack_limits limits_;
  std::uint64_t bytes_ = 0;
  std::uint64_t entries_ = 0;
  std::vector<std::pair<fs::path, fs::path>> links_;
};

outcome copy_file(unpacker& to, const fs::path& from, const fs::path& named) {
  const file_handle in{::open(from.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
  if (!in) return "\"" + named.native() + "\" cannot be read: " + why(errno);
  return to.add_file(named, [&](char* block, std::size_t size) { return ::read(in.get(), block, size); });
}

/// Then one that cannot be read as such is damaged, and not a model.
bool is_called_an_archive(std::string_view name) {
  constexpr std::array<std::string_view, 8> ends{".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".tzst", ".zip"};
  return std::any_of(ends.begin(), ends.end(), [name](std::string_view end) { return name.ends_with(end); });
}

struct close_archive {
  void operator()(archive* opened) const { archive_read_free(opened); }
};

outcome add_entry(unpacker& to, archive* from, archive_entry* entry) {
  const char* text = archive_entry_pathname(entry);
  if (text == nullptr) return std::string{"it has a file without a name that can be read"};
  const fs::path named{text};
  if (archive_entry_hardlink(entry) != nullptr)
    return "\"" + named.native() + "\" is a hard link, which is not unpacked";
  switch (archive_entry_filetype(entry)) {
    case AE_IFDIR:
      return to.add_folder(named);
    case AE_IFREG:
      return to.add_file(named, [&](char* block, std::size_t size) {
        return static_cast<ssize_t>(archive_read_data(from, block, size));
      });
    case AE_IFLNK:
      return to.add_link(named, archive_entry_symlink(entry) == nullptr ? "" : archive_entry_symlink(entry));
    default:
      return "\"" + named.native() + "\" is neither a file nor a folder";
  }
}

}  // namespace

outcome unpack(const fs::path& file, const fs::path& into, const std::string& name, const unpack_limits& limits) {
  const std::unique_ptr<archive, close_archive> from{archive_read_new()};
  archive_read_support_filter_gzip(from.get());
  archive_read_support_filter_bzip2(from.get());
  archive_read_support_filter_xz(from.get());
  archive_read_support_filter_zstd(from.get());
  archive_read_support_format_tar(from.get());
  archive_read_support_format_zip(from.get());
  unpacker to{into, limits};
  archive_entry* entry = nullptr;
  int state = archive_read_open_filename(from.get(), file.c_str(), block_size);
  if (state == ARCHIVE_OK) state = archive_read_next_header(from.get(), &entry);
  if (state != ARCHIVE_OK && state != ARCHIVE_WARN && !is_called_an_archive(name)) return copy_file(to, file, name);
  while (state == ARCHIVE_OK || state == ARCHIVE_WARN) {
    if (auto added = add_entry(to, from.get(), entry); !added) return added;
    state = archive_read_next_header(from.get(), &entry);
  }
  if (state != ARCHIVE_EOF) {
    const char* said = archive_error_string(from.get());
    return "it cannot be unpacked: " + std::string{said == nullptr ? "it is damaged" : said};
  }
  return to.finish();
}

outcome copy_folder(const fs::path& from, const fs::path& into, const unpack_limits& limits) {
  unpacker to{into, limits};
  std::error_code problem;
  for (auto it = fs::recursive_directory_iterator{from, problem}; !problem && it != fs::recursive_directory_iterator{};
       it.increment(problem)) {
    const fs::path named = it->path().lexically_relative(from);
    outcome added;
    std::error_code unread;
    if (it->is_symlink(unread)) {
      added = to.add_link(named, fs::read_symlink(it->path(), unread));
    } else if (it->is_directory(unread)) {
      added = to.add_folder(named);
    } else if (it->is_regular_file(unread)) {
      added = copy_file(to, it->path(), named);
    } else {
      added = "\"" + named.native() + "\" is neither a file nor a folder";
    }
    if (!added) return added;
  }
  if (problem) return "it cannot be read: " + problem.message();
  return to.finish();
}

}  // namespace modelgate::control::runtime
