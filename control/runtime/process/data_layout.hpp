#pragma once

#include "control/runtime/file_handle.hpp"
#include "control/runtime/process/launch.hpp"

#include "modelgate/config/settings.hpp"

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace modelgate::control::runtime::process {

/// The folders of one data folder's process runtime, made and checked.
///
///     DATA/instance-id                      made once
///     DATA/replicas/<name>/                 replica.json, stdout, stderr (FIFOs), log, log.1, previous, previous.1
///     WORK/modelgate-<instance>/images/     copies that the replicas' user can read
///     WORK/modelgate-<instance>/models/     what was fetched for them
///     WORK/modelgate-<instance>/replicas/   each replica's own folder, writable for it
///     WORK/modelgate-<instance>/s/          links to these, short enough for the path of a socket
///
/// Shape: immutable but for the lock, which is held as long as this lives.
class data_layout {
 public:
  /// `held_lock`: as the process before this one held it; -1: the lock is to be taken.
  /// Throws std::runtime_error with one clear sentence when the folders cannot be used, or another modelgate uses them.
  explicit data_layout(const config::settings& settings, int held_lock = -1);

  [[nodiscard]] const std::filesystem::path& data_folder() const noexcept { return data_folder_; }
  [[nodiscard]] std::filesystem::path replica_folder(std::string_view name) const { return replicas_folder() / name; }
  [[nodiscard]] std::filesystem::path replicas_folder() const { return data_folder_ / "replicas"; }
  [[nodiscard]] std::filesystem::path images_folder() const { return work_folder_ / "images"; }
  [[nodiscard]] std::filesystem::path models_folder() const { return work_folder_ / "models"; }
  [[nodiscard]] std::filesystem::path own_folder(std::string_view name) const {
    return work_folder_ / "replicas" / name;
  }
  /// Leads to the same folder.
  [[nodiscard]] std::filesystem::path short_way(std::string_view name) const;
  /// For the process that takes over; stays the layout's.
  [[nodiscard]] int lock_descriptor() const noexcept { return lock_.get(); }
  /// The user that replicas run as; absent: as modelgate.
  [[nodiscard]] const std::optional<user_identity>& user() const noexcept { return user_; }
  /// Tells this data folder from every other one, copies of it included.
  [[nodiscard]] const std::string& instance() const noexcept { return instance_; }

  /// Makes a replica's own folder, empty. Errors: what the system says.
  [[nodiscard]] result<std::filesystem::path> make_own_folder(std::string_view name) const;
  void remove_own_folder(std::string_view name) const;
  void remove_own_folders_but(const std::set<std::string>& names) const;
  void remove_work_folder() const;

 private:
  std::filesystem::path data_folder_;
  std::filesystem::path work_folder_;
  std::optional<user_identity> user_;
  std::string instance_;
  file_handle lock_;
};

}  // namespace modelgate::control::runtime::process
