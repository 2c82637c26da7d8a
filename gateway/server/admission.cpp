#include "gateway/server/admission.hpp"

namespace modelgate::server {

bool connection_admission::try_enter(const std::string& address) {
  const std::lock_guard lock{mutex_};
  if (open_ >= all_) return false;
  if (per_address_ > 0) {
    std::size_t& of_address = by_address_[address];
    if (of_address >= per_address_) return false;
    ++of_address;
  }
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
