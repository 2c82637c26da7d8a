#pragma once

#include "control/service/service_error.hpp"
#include "control/store/database.hpp"

#include "modelgate/crypto/key_ring.hpp"

#include <cstddef>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

namespace modelgate::control::service {

/// Seals the credentials of pull secrets under the key in DATA/secret.key.
///
/// ```
/// change of the key:  file holds new + old  ->  every secret sealed anew, in one transaction  ->  file holds new
/// ```
/// Whatever step a crash comes after, the file holds the key of every secret in the store.
///
/// Shape:  one per program and data folder, any-thread.
class secret_vault {
 public:
  /// Makes the file where there is none. Throws std::runtime_error, one line, when it cannot be used.
  explicit secret_vault(std::filesystem::path file);

  /// Of the secret with that name, which is sealed along: credentials put into another's row do not open. To be called
  /// in the transaction that stores it, so that no change of the key comes between.
  [[nodiscard]] std::string seal(std::string_view name, std::string_view credentials) const;

  /// The credentials of the secret with that name, a docker config. Errors: a sentence.
  [[nodiscard]] result<crypto::secret, std::string> reveal(store::database& database, const std::string& name) const;

  /// Seals everything under a new key and forgets the old one. Answers how many secrets there are.
  /// Errors: conflict while another change of the key is under way, or when a secret cannot be opened: then the old key
  ///         stays beside the new one.
  [[nodiscard]] answer<std::size_t> change_key(store::database& database);

 private:
  [[nodiscard]] crypto::key_ring ring() const;
  /// Uses the ring from now on. Errors: storage_unavailable; then nothing is different.
  [[nodiscard]] answer<void> keep(crypto::key_ring ring);
  [[nodiscard]] answer<std::size_t> seal_anew(store::database& database) const;

  const std::filesystem::path file_;
  std::mutex changing_;
  mutable std::mutex mutex_;  ///< guards `ring_`
  crypto::key_ring ring_;
};

}  // namespace modelgate::control::service
