#include "gateway/server/admission.hpp"

namespace modelgate::server {

void connection_admission::set_limits(const connection_limits& limits) {
  tunnels_.set_limit(limits.tunnels);
  const std::lock_guard lock{mutex_};
  limits_ = limits;
}

std::optional<connection_admission::refusal> connection_admission::try_enter(const std::string& address, int socket) {
  const std::lock_guard lock{mutex_};
  if (static_cast<std::size_t>(socket) >= limits_.descriptors) return refusal::descriptors;
  if (open_ >= limits_.connections) return refusal::connections;
  std::size_t& of_address = by_address_[address];
  if (limits_.per_address > 0 && of_address >= limits_.per_address) return refusal::address;
  ++of_address;
  ++open_;
  return std::nullopt;
}

void connection_admission::leave(const std::string& address) noexcept {
  const std::lock_guard lock{mutex_};
  --open_;
  const auto found = by_address_.find(address);
  if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
}

}  // namespace modelgate::server
