#include "gateway/proxy/tunnel_fsm.hpp"

#include <algorithm>

namespace modelgate::proxy {

tunnel_fsm::tunnel_fsm(steady_time opened, std::chrono::milliseconds idle, std::chrono::milliseconds life) noexcept
    : idle_{idle}, idle_due_{opened + idle} {
  if (life.count() > 0) life_due_ = opened + life;
}

tunnel_fsm::verdict tunnel_fsm::on_said_all(side from) noexcept {
  (from == side::client ? client_done_ : replica_done_) = true;
  return client_done_ && replica_done_ ? verdict{outcome::closed} : verdict{};
}

tunnel_fsm::outcome tunnel_fsm::on_lost(side which) noexcept {
  return which == side::client ? outcome::client_lost : outcome::replica_lost;
}

void tunnel_fsm::on_moved(std::uint64_t total, steady_time now) noexcept {
  if (total == total_) return;
  total_ = total;
  idle_due_ = now + idle_;
}

tunnel_fsm::verdict tunnel_fsm::on_time(steady_time now) const noexcept {
  if (now >= life_due_) return outcome::expired;
  if (now >= idle_due_) return outcome::idle;
  return {};
}

steady_time tunnel_fsm::due() const noexcept {
  return std::min(idle_due_, life_due_);
}

}  // namespace modelgate::proxy
