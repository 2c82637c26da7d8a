#include "control/api/primehub/query_turns.hpp"

namespace modelgate::control::primehub {

std::optional<query_turns::turn> query_turns::take(const std::string& user, std::size_t most_of_user,
                                                   std::size_t most) {
  const std::lock_guard lock{mutex_};
  if (all_ >= most) return std::nullopt;
  const auto of_user = taken_.try_emplace(user, 0).first;
  if (of_user->second >= most_of_user) return std::nullopt;
  ++of_user->second;
  ++all_;
  return std::optional<turn>{std::in_place, *this, user};
}

void query_turns::give_back(const std::string& user) noexcept {
  const std::lock_guard lock{mutex_};
  const auto of_user = taken_.find(user);
  if (--of_user->second == 0) taken_.erase(of_user);
  --all_;
}

}  // namespace modelgate::control::primehub
