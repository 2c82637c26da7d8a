#include "gateway/server/client_counts.hpp"

#include <algorithm>

namespace modelgate::server {

client_counts::series client_counts::take(std::span<const seen_client> clients) {
  for (auto& [name, known] : known_) known.is_there = false;
  for (const seen_client& each : clients) {
    const auto found = known_.find(each.name);
    if (found == known_.end()) continue;
    if (found->second.created_at == each.created_at)
      found->second.is_there = true;
    else
      known_.erase(found);
  }
  std::erase_if(known_, [](const auto& entry) { return !entry.second.is_there; });
  auto named = static_cast<std::size_t>(
      std::count_if(known_.begin(), known_.end(), [](const auto& entry) { return entry.second.is_named; }));

  series shown;
  std::vector<const seen_client*> idle;
  for (const seen_client& each : clients) {
    if (each.requests == 0) {
      idle.push_back(&each);
      continue;
    }
    const auto [place, is_new] = known_.try_emplace(std::string{each.name});
    known_client& known = place->second;
    if (is_new) {
      known.created_at = each.created_at;
      known.is_there = true;
      known.is_named = named < most_ && each.name != rest_name;
      if (known.is_named) ++named;
    }
    if (known.is_named)
      shown.emplace_back(each.name, each.requests);
    else
      rest_ += each.requests - known.requests;
    known.requests = each.requests;
  }
  // A series that begins with zero shows its first request to `rate`.
  for (std::size_t i = 0; i < idle.size() && shown.size() < most_; ++i) {
    if (idle[i]->name != rest_name) shown.emplace_back(idle[i]->name, 0U);
  }
  shown.emplace_back(rest_name, rest_);
  return shown;
}

}  // namespace modelgate::server
