#pragma once

#include <string_view>

namespace modelgate::control::cli {

enum class wait_target { deployed, stopped, deleted };
enum class wait_step { go_on, reached, failed };

/// What a deployment's phase means to somebody who waits for `target`. A deployment that is gone has the phase "".
[[nodiscard]] wait_step judge_phase(wait_target target, std::string_view phase) noexcept;

}  // namespace modelgate::control::cli
