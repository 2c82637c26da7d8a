#include "control/service/password_keeper.hpp"

#include "modelgate/crypto/password.hpp"

namespace modelgate::control::service {
namespace {

crypto::password_cost cost_of(const config::people_settings& settings) {
  return {settings.password_passes, settings.password_memory};
}

service_error busy() {
  service_error error{failure::busy, "too many passwords are being checked; try again"};
  error.retry_after = std::chrono::seconds{1};
  return error;
}

}  // namespace

password_keeper::turn::turn(password_keeper& of) : of_{of} {
  const config::people_settings settings = of_.settings_();
  std::unique_lock lock{of_.mutex_};
  const auto is_free = [&] { return of_.working_ < settings.password_checks; };
  if (!is_free() && of_.waiting_ >= settings.password_checks) return;
  ++of_.waiting_;
  granted_ = of_.free_.wait_for(lock, settings.password_wait, is_free);
  --of_.waiting_;
  if (granted_) ++of_.working_;
}

password_keeper::turn::~turn() {
  if (!granted_) return;
  {
    const std::lock_guard guard{of_.mutex_};
    --of_.working_;
  }
  of_.free_.notify_one();
}

answer<std::string> password_keeper::hash(const crypto::secret& password) {
  const turn mine{*this};
  if (!mine.granted()) return busy();
  auto made = crypto::hash_password(password.reveal(), cost_of(settings_()));
  if (!made) return busy();  // the memory is not there just now
  return std::move(*made);
}

answer<bool> password_keeper::fits(const std::optional<std::string>& hash, const crypto::secret& password) {
  const turn mine{*this};
  if (!mine.granted()) return busy();
  const std::string nobodys = decoy();  // in any case, so that its first making tells nothing
  const bool fit = crypto::fits_password(hash ? *hash : nobodys, password.reveal());
  return hash.has_value() && fit;
}

bool password_keeper::is_outdated(const std::string& hash) const {
  return crypto::has_other_cost(hash, cost_of(settings_()));
}

std::string password_keeper::decoy() {
  const crypto::password_cost cost = cost_of(settings_());
  {
    const std::lock_guard guard{mutex_};
    if (!decoy_.empty() && !crypto::has_other_cost(decoy_, cost)) return decoy_;
  }
  auto made = crypto::hash_password("nobody's", cost);
  const std::lock_guard guard{mutex_};
  if (made) decoy_ = std::move(*made);
  return decoy_;
}

}  // namespace modelgate::control::service
