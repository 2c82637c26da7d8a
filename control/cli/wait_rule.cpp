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

}  // namespace modelgate::control::cli
