#pragma once

#include "control/service/service_error.hpp"

#include "modelgate/config/settings.hpp"
#include "modelgate/crypto/secret.hpp"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace modelgate::control::service {

/// Hashes and checks passwords, on the caller's thread, a few at a time: each takes tens of milliseconds of a core and
/// megabytes of memory. Others wait for their turn, as many as have one; the rest are sent away at once, so that logins
/// never take up all threads of the control port.
///
/// Shape:  one per program, any-thread that may wait.
/// Errors: busy.
class password_keeper {
 public:
  explicit password_keeper(std::function<config::people_settings()> settings) : settings_{std::move(settings)} {}

  [[nodiscard]] answer<std::string> hash(const crypto::secret& password);
  /// Without a hash it is the same work, and no password fits.
  [[nodiscard]] answer<bool> fits(const std::optional<std::string>& hash, const crypto::secret& password);
  /// Whether a hash has another cost than what is asked for now.
  [[nodiscard]] bool is_outdated(const std::string& hash) const;

 private:
  /// One of the turns; gives it back.
  class turn {
   public:
    explicit turn(password_keeper& of);
    ~turn();
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    [[nodiscard]] bool granted() const noexcept { return granted_; }

   private:
    password_keeper& of_;
    bool granted_ = false;
  };
  /// What is checked in the place of a hash that is not there.
  [[nodiscard]] std::string decoy();

  std::function<config::people_settings()> settings_;
  std::mutex mutex_;
  std::condition_variable free_;
  std::size_t working_ = 0;
  std::size_t waiting_ = 0;
  std::string decoy_;
};

}  // namespace modelgate::control::service
