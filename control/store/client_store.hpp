#pragma once

#include "control/domain/deployment.hpp"
#include "control/store/database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace modelgate::control::store {

/// Clients of private endpoints. A change of them makes no revision of their deployment.
class client_store {
 public:
  explicit client_store(transaction& within) noexcept : on_{within.on()} {}

  [[nodiscard]] std::vector<domain::client> list(std::string_view deployment) const;  ///< by name
  [[nodiscard]] std::unordered_map<std::string, std::vector<domain::client>> list_all() const;
  [[nodiscard]] std::optional<domain::client> find(std::string_view deployment, std::string_view name) const;
  [[nodiscard]] bool exists(std::string_view deployment, std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view deployment) const;
  void insert(std::string_view deployment, const domain::client& client);
  /// Its token or password, expiry, and whether it is disabled.
  void update(std::string_view deployment, const domain::client& client);
  /// It was seen then, if not later, and has authenticated so many requests, if not more. One that is gone is ignored,
  /// and so is another one of its name.
  void note_use(std::string_view deployment, const domain::client& client, system_time at, std::uint64_t requests);
  /// The password of that foreign hash was shown: from now on it is known by its digest. False: the client has another
  /// one by now, or is gone.
  bool prove_password(std::string_view deployment, std::string_view name, std::string_view foreign_hash,
                      const crypto::token_digest& digest);
  bool erase(std::string_view deployment, std::string_view name);

 private:
  connection& on_;
};

}  // namespace modelgate::control::store
