#pragma once

#include "control/domain/deployment.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/config/observation.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace modelgate::control::service {

/// What was seen of clients, by deployment and name.
class seen_clients {
 public:
  explicit seen_clients(const config::observation& seen);
  /// nullptr: nothing since the process started, or only of an earlier client of that name.
  [[nodiscard]] const config::client_use* find(std::string_view deployment, const domain::client& client) const;

 private:
  std::map<std::pair<std::string_view, std::string_view>, const config::client_use*> uses_;
};

/// How many requests clients have authenticated in all: the gateway counts since the process began, the store knows of
/// the time before and, every now and then, of what has come since.
///
/// What the store had before the first number of this process was written is remembered, so that a sum is right whenever
/// it is asked for, and writing one twice changes nothing.
///
/// Shape: one per process, any-thread.
class client_ledger {
 public:
  using stored_clients = std::unordered_map<std::string, std::vector<domain::client>>;

  /// Of a client as it was just read, while the gateway has counted so many.
  [[nodiscard]] std::uint64_t total(const std::string& deployment, const domain::client& stored,
                                    std::uint64_t counted) const;
  /// The same, which is going to be stored.
  [[nodiscard]] std::uint64_t total_to_store(const std::string& deployment, const domain::client& stored,
                                             std::uint64_t counted);
  /// Forgets clients that are gone.
  void keep_only(const stored_clients& clients);

 private:
  using key = std::tuple<std::string, std::string, system_time>;

  mutable std::mutex mutex_;
  std::map<key, std::uint64_t> before_;  ///< what the store had of a client before this process wrote of it
};

}  // namespace modelgate::control::service
