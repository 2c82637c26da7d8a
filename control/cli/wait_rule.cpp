#include "control/cli/wait_rule.hpp"

namespace modelgate::control::cli {

wait_step judge_phase(wait_target target, std::string_view phase) noexcept {
  if (phase.empty()) return target == wait_target::deleted ? wait_step::reached : wait_step::failed;
  switch (target) {
    case wait_target::deployed:
      if (phase == "Deployed") return wait_step::reached;
      // Nothing more will happen by itself in these.
      return phase == "Failed" || phase == "Stopped" ? wait_step::failed : wait_step::go_on;
    case wait_target::stopped:
      return phase == "Stopped" ? wait_step::reached : wait_step::go_on;
    case wait_target::deleted:
      return wait_step::go_on;
  }
  return wait_step::failed;
}

bool is_superseded(std::uint64_t waited_for, bool asked_for, const revision_seen& now) noexcept {
  constexpr std::string_view by_itself = "modelgate";  // the author of a rollback that nobody asked for
  return waited_for > 0 && now.number > waited_for && (asked_for || now.author == by_itself);
}

}  // namespace modelgate::control::cli
