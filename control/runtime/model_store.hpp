#pragma once

#include "modelgate/base/blocking_pool.hpp"
#include "modelgate/base/result.hpp"
#include "modelgate/config/settings.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::runtime {

/// The models that replicas run with, fetched from their modelURI: one folder for all replicas of a revision, which goes
/// when none of them is left. Everybody may read it, nobody but modelgate may write it.
///
/// Shape: any-thread; fetching blocks its thread, and whoever wants the same one meanwhile.
class model_store {
 public:
  /// The addresses of a name. Errors: a sentence.
  using resolve_function = std::function<result<std::vector<std::string>, std::string>(const std::string& host)>;

  /// Throws std::runtime_error when the folder cannot be made.
  model_store(std::filesystem::path folder, config::model_settings settings, resolve_function resolve);

  void reconfigure(config::model_settings settings);

  /// "deploy-iris-r3-1" -> "deploy-iris-r3".
  [[nodiscard]] static std::string revision_of(const std::string& replica);

  /// The folder with the model of this replica's revision, fetched if it is not there; empty when this URI is not
  /// fetched but handed on as it is. Errors: a sentence that names the URI.
  [[nodiscard]] result<std::filesystem::path, std::string> ensure(const std::string& replica, const std::string& uri);
  /// The same for a thread that must not be held up: after `patience` the fetching goes on without it. Errors: that too,
  /// in words; whoever asks again gets what came of it.
  [[nodiscard]] result<std::filesystem::path, std::string> ensure_within(const std::string& replica,
                                                                         const std::string& uri,
                                                                         std::chrono::milliseconds patience);
  /// Whether this URI is fetched. Then it is for this replica too, whoever of its revision asks for it, and is not given up
  /// before that one was released.
  [[nodiscard]] bool want(const std::string& replica, const std::string& uri);
  /// Whether the one of this replica's revision is still on its way.
  [[nodiscard]] bool is_fetching(const std::string& replica);
  /// The replica runs with its revision's model, if that was fetched: one that was found running.
  void hold(const std::string& replica);
  /// It is gone for good, or wants its model no more. The last one takes the model along; what is still being fetched then
  /// is given up.
  void release(const std::string& replica);
  /// What is being fetched is given up: the program ends.
  void stop() noexcept { stopping_ = true; }
  /// Removes what no replica holds: left by an earlier process.
  void remove_unheld();

 private:
  struct entry {
    std::mutex fetching;
    std::set<std::string> holders;
    std::atomic<bool> is_wanted{true};  ///< false: nobody holds it any more, and whoever does so anew has another entry
  };

  [[nodiscard]] std::shared_ptr<entry> entry_of(const std::string& revision, const std::string& holder);
  [[nodiscard]] result<void, std::string> fetch(const std::string& uri, const std::filesystem::path& into,
                                                const config::model_settings& settings, const entry& of) const;

  const std::filesystem::path folder_;
  const resolve_function resolve_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> attempts_{0};
  mutable std::mutex mutex_;
  config::model_settings settings_;
  std::map<std::string, std::shared_ptr<entry>> entries_;  ///< by revision: a replica's name without its index
  std::map<std::string, std::shared_future<result<std::filesystem::path, std::string>>> under_way_;  ///< by revision
  blocking_pool fetching_;  ///< goes first: its jobs use the rest
};

}  // namespace modelgate::control::runtime
