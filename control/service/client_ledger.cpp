#include "control/service/client_ledger.hpp"

#include <algorithm>

namespace modelgate::control::service {

seen_clients::seen_clients(const config::observation& seen) {
  for (const config::client_use& use : seen.clients) uses_.insert_or_assign({use.deployment, use.client}, &use);
}

const config::client_use* seen_clients::find(std::string_view deployment, const domain::client& client) const {
  const auto found = uses_.find({deployment, client.name});
  return found == uses_.end() || found->second->created_at != client.created_at ? nullptr : found->second;
}

std::uint64_t client_ledger::total(const std::string& deployment, const domain::client& stored,
                                   std::uint64_t counted) const {
  const std::lock_guard lock{mutex_};
  // Nothing remembered after the client was read: what was read is from before.
  const auto found = before_.find({deployment, stored.name, stored.created_at});
  const std::uint64_t before = found == before_.end() ? stored.requests : found->second;
  return std::max(stored.requests, before + counted);
}

std::uint64_t client_ledger::total_to_store(const std::string& deployment, const domain::client& stored,
                                            std::uint64_t counted) {
  const std::lock_guard lock{mutex_};
  const auto [known, unused] = before_.try_emplace({deployment, stored.name, stored.created_at}, stored.requests);
  return std::max(stored.requests, known->second + counted);
}

void client_ledger::keep_only(const stored_clients& clients) {
  const std::lock_guard lock{mutex_};
  std::erase_if(before_, [&](const auto& entry) {
    const auto& [deployment, name, created_at] = entry.first;
    const auto of = clients.find(deployment);
    if (of == clients.end()) return true;
    return std::none_of(of->second.begin(), of->second.end(),
                        [&, &called = name, &made = created_at](const auto& each) {
                          return each.name == called && each.created_at == made;
                        });
  });
}

}  // namespace modelgate::control::service
