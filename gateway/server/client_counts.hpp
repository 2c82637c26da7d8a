#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/metrics/gauge_reading.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace modelgate::server {

/// The requests of one deployment's clients as a bounded number of series: so many clients by name, and the rest as one.
///
/// Neither kind ever goes down: a client that was counted among the rest stays there for as long as it exists, and what
/// is gone has been added up. Clients that sent something go before those that did not.
///
/// Shape: pure; one thread at a time.
class client_counts {
 public:
  /// The name under which the rest is shown.
  static constexpr std::string_view rest_name = metrics::other_clients;

  explicit client_counts(std::size_t most) noexcept : most_{most} {}

  struct seen_client {
    std::string_view name;
    system_time created_at;  ///< another one of the same name begins anew
    std::uint64_t requests = 0;
  };
  using series = std::vector<std::pair<std::string, std::uint64_t>>;

  /// What to show of the clients as they are now; `rest_name` comes last.
  [[nodiscard]] series take(std::span<const seen_client> clients);

 private:
  struct known_client {
    system_time created_at;
    std::uint64_t requests = 0;
    bool is_named = false;
    bool is_there = false;
  };

  std::size_t most_;
  std::uint64_t rest_ = 0;
  std::map<std::string, known_client, std::less<>> known_;  ///< those that have sent something
};

}  // namespace modelgate::server
