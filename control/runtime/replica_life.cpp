#include "control/runtime/replica_life.hpp"

#include "control/runtime/end_text.hpp"

#include "modelgate/base/log.hpp"

#include <utility>

namespace modelgate::control::runtime {

using domain::replica_phase;

bool replica_life::begin(const replica_spec& wanted, system_time now) {
  const bool again = since != system_time{};
  spec = wanted;
  if (!again) unready_since = now;
  return again;
}

replica_life::change replica_life::enter(replica_phase next, std::string why, system_time now, bool by_its_end,
                                         std::chrono::milliseconds time_of_being_well) {
  if (phase == next) {
    if (reason == why) return change::none;
    reason = std::move(why);
    return change::reason;
  }
  const bool came_up = !by_its_end || now < since || now - since >= time_of_being_well;
  if (phase == replica_phase::ready && came_up) unready_since = now;
  since = now;
  phase = next;
  reason = std::move(why);
  log::info("runtime", "a replica is in another phase",
            {{"replica", spec.name}, {"phase", domain::to_string(phase)}, {"reason", reason}});
  return change::phase;
}

observed_replica observe_life(const replica_life& life, bool comes_up, std::string_view last_line) {
  observed_replica seen;
  seen.name = life.spec.name;
  seen.deployment = life.spec.deployment;
  seen.revision = life.spec.revision;
  seen.index = life.spec.index;
  seen.phase = life.phase;
  seen.reason = with_last_line(life.reason, last_line);
  // Why it is started again and again, and not only what is under way at this instant.
  if (comes_up && !life.last_end.empty()) seen.reason = life.last_end + "; it was started again: " + seen.reason;
  seen.since = life.since;
  seen.unready_since = life.unready_since;
  seen.model_image = life.spec.model_image;
  seen.restarts = life.restarts;
  seen.failures = life.failures;
  return seen;
}

}  // namespace modelgate::control::runtime
