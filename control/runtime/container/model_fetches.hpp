#pragma once

#include "control/runtime/model_store.hpp"

#include "modelgate/base/blocking_pool.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::runtime::container {

/// The models that the replicas of one driver wait for, fetched on threads that may block: one thread for a revision, however
/// many of its replicas wait, so that a slow model leaves the others theirs.
///
/// Shape:  one per driver, on its thread; outlived by the loop, outlives the pool.
class model_fetches {
 public:
  using fetched_model = result<std::filesystem::path, std::string>;

  model_fetches(boost::asio::io_context& loop, blocking_pool& pool) : loop_{loop}, pool_{pool} {}

  /// As model_store::ensure. Errors: that too when `patience` was cancelled by somebody else, who has lost it.
  boost::asio::awaitable<fetched_model> get(model_store& store, std::string replica, std::string uri,
                                            std::shared_ptr<boost::asio::steady_timer> patience);

 private:
  struct fetch {
    std::vector<std::shared_ptr<boost::asio::steady_timer>> waiting;  ///< cancelled when it has come
    std::optional<fetched_model> came;
    std::atomic<bool> is_wanted{true};  ///< for the pool's thread
  };

  [[nodiscard]] std::shared_ptr<fetch> join(model_store& store, const std::string& replica, const std::string& uri);
  void forget(const std::string& revision, const std::shared_ptr<fetch>& which);

  boost::asio::io_context& loop_;
  blocking_pool& pool_;
  std::map<std::string, std::shared_ptr<fetch>> under_way_;  ///< by revision
};

}  // namespace modelgate::control::runtime::container
