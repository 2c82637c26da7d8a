#include "gateway/server/admission.hpp"

namespace modelgate::server {

void connection_admission::set_limits(std::size_t all, std::size_t per_address, std::size_t tunnels) {
  tunnels_.set_limit(tunnels);
  const std::lock_guard lock{mutex_};
  all_ = all;
  per_address_ = per_address;
}

bool connection_admission::try_enter(const std::string& address) {
  const std::lock_guard lock{mutex_};
  if (open_ >= all_) return false;
  std::size_t& of_address = by_address_[address];
  if (per_address_ > 0 && of_address >= per_address_) return false;
  ++of_address;
  ++open_;
  return true;
}

void connection_admission::leave(const std::string& address) noexcept {
  const std::lock_guard lock{mutex_};
  --open_;
  const auto found = by_address_.find(address);
  if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
}

}  // namespace modelgate::server
