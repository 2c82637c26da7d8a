#include "control/store/restore.hpp"

#include "control/store/backup_file.hpp"
#include "control/store/durable_files.hpp"
#include "control/store/folder_lock.hpp"

#include <SQLiteCpp/Exception.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace modelgate::control::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* being_written = "restore.part";
constexpr const char* decided = "restore.ready";
constexpr const char* kept_aside = "before-restore";
constexpr const char* list_of_files = "files";
constexpr std::size_t longest_list = 1'048'576;

void make_private_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    throw std::runtime_error{folder.string() + " cannot be made: " + std::strerror(errno)};
  }
}

/// An administrator restores for the user who runs modelgate: whose the folder is, his are the files.
void give_to_owner(const fs::path& data_folder, const fs::path& staged) {
  struct stat owner {};
  if (::geteuid() != 0 || ::stat(data_folder.c_str(), &owner) != 0) return;
  std::vector<fs::path> all{staged};
  for (const fs::directory_entry& entry : fs::directory_iterator{staged}) all.push_back(entry.path());
  for (const fs::path& each : all) {
    if (::lchown(each.c_str(), owner.st_uid, owner.st_gid) != 0) {
      throw std::runtime_error{each.string() + " cannot be given to the folder's owner: " + std::strerror(errno)};
    }
  }
}

/// The files of the backup as they will stand in the data folder, and their list: the store last.
void stage(const fs::path& file, const fs::path& data_folder, const fs::path& staged) {
  make_private_folder(staged);
  const fs::path store = staged / store_file;
  make_private_file(store);
  fs::copy_file(file, store, fs::copy_options::overwrite_existing);
  std::string list;
  {
    SQLite::Database copy{store.string(), SQLite::OPEN_READWRITE};
    copy.exec("PRAGMA journal_mode = MEMORY");
    for (const auto& [name, content] : files_of(copy)) {
      write_durable_file(staged / name, content);
      list += name + "\n";
    }
    strip(copy);
    if (const std::string fault = fault_of(copy); !fault.empty()) {
      throw std::runtime_error{"the copy of " + file.string() + " is damaged: " + fault};
    }
  }
  if (::chmod(store.c_str(), 0600) != 0) {
    throw std::runtime_error{store.string() + " cannot be made private: " + std::strerror(errno)};
  }
  sync_file(store);
  write_durable_file(staged / list_of_files, list + store_file + "\n");
  give_to_owner(data_folder, staged);
  sync_folder(staged);
}

std::vector<std::string> read_list(const fs::path& staged) {
  std::istringstream text{read_carried_file(staged / list_of_files, longest_list)};
  std::vector<std::string> names;
  for (std::string name; std::getline(text, name);) names.push_back(name);
  return names;
}

std::vector<std::string> carried_names(const fs::path& folder) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator{folder}) {
    std::string name = entry.path().filename().string();
    if (is_carried(name)) names.push_back(std::move(name));
  }
  return names;
}

bool is_there(const fs::path& file) {
  return fs::exists(fs::symlink_status(file));
}

void move_if_there(const fs::path& from, const fs::path& to) {
  if (is_there(from)) move_file(from, to);
}

/// Every step may be the last one before a crash, and all of it may be done again: what is still staged has not been
/// put in place, so what stands in its place is an earlier one's.
void put_in_place(const fs::path& folder, const fs::path& staged, const fs::path& aside) {
  const std::vector<std::string> names = read_list(staged);
  for (const std::string& name : carried_names(folder)) {
    if (std::find(names.begin(), names.end(), name) == names.end()) move_file(folder / name, aside / name);
  }
  for (const std::string& name : names) {
    if (!is_there(staged / name)) continue;
    move_if_there(folder / name, aside / name);
    if (name == store_file) {
      for (const char* end : {"-wal", "-shm"}) move_if_there(folder / (name + end), aside / (name + end));
    }
    sync_folder(aside);
    move_file(staged / name, folder / name);
  }
}

/// What an earlier restore kept stays, under a number: the first of two may have been the wrong one.
void keep_earlier(const fs::path& folder) {
  const fs::path aside = folder / kept_aside;
  if (!is_there(aside)) return;
  unsigned number = 1;
  const auto numbered = [&] { return fs::path{aside.string() + "." + std::to_string(number)}; };
  while (is_there(numbered())) ++number;
  move_file(aside, numbered());
}

void finish(const fs::path& folder) {
  fs::remove_all(folder / being_written);  // what was cut before it was decided never was
  const fs::path staged = folder / decided;
  if (!is_there(staged)) return;
  const fs::path aside = folder / kept_aside;
  make_private_folder(aside);
  put_in_place(folder, staged, aside);
  sync_folder(folder);
  fs::remove_all(staged);
  if (fs::is_empty(aside)) fs::remove(aside);
  sync_folder(folder);
}

}  // namespace

void finish_restore(const fs::path& data_folder) {
  try {
    finish(data_folder);
  } catch (const fs::filesystem_error& error) {
    throw std::runtime_error{std::string{"the restore cannot be finished: "} + error.what()};
  }
}

backup_facts restore_backup(const fs::path& file, const fs::path& data_folder, bool replace) {
  const backup_facts facts = check_backup(file);
  const folder_lock held{data_folder};
  try {
    finish(data_folder);  // one that was cut: it is what is there now
    if (!replace && is_there(data_folder / store_file)) {
      throw std::runtime_error{data_folder.string() + " has a store already; choose another folder, or say --force"};
    }
    stage(file, data_folder, data_folder / being_written);
    keep_earlier(data_folder);
    move_file(data_folder / being_written, data_folder / decided);
    sync_folder(data_folder);
    finish(data_folder);
  } catch (const SQLite::Exception& error) {
    throw std::runtime_error{file.string() + " cannot be restored: " + error.what()};
  } catch (const fs::filesystem_error& error) {
    throw std::runtime_error{file.string() + " cannot be restored: " + error.what()};
  }
  return facts;
}

}  // namespace modelgate::control::store
