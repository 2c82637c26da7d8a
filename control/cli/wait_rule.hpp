#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace modelgate::control::cli {

enum class wait_target { deployed, stopped, deleted };
enum class wait_step { go_on, reached, failed };

/// What a deployment's phase means to somebody who waits for `target`. A deployment that is gone has the phase "".
[[nodiscard]] wait_step judge_phase(wait_target target, std::string_view phase) noexcept;

/// The revision that a deployment is at, and who made it.
struct revision_seen {
  std::uint64_t number = 0;
  std::string author;
};

/// Whether `now` has taken the place of the revision that was waited for, which will not come any more. Somebody else's
/// change counts only for who asked for one revision (`asked_for`); else what is waited for becomes that one.
[[nodiscard]] bool is_superseded(std::uint64_t waited_for, bool asked_for, const revision_seen& now) noexcept;

}  // namespace modelgate::control::cli
