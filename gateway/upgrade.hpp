#pragma once

#include "gateway/handover.hpp"

#include "modelgate/base/result.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace modelgate {

/// How to start another process of the program: as this one was, but for what says that it takes over.
struct program_words {
  std::filesystem::path binary;  ///< looked at again for every start, so that a file that was replaced counts
  std::vector<std::string> arguments;
};

/// The words of this process. A program without a path is looked for as the shell did.
[[nodiscard]] program_words words_of(int count, char** arguments);

/// What the rest of the program does for an upgrade.
struct upgrade_steps {
  /// Refuses changes, stops reconciling, lets go of the replicas; serving goes on. Throws std::runtime_error when that
  /// cannot be done, after `take_back` if need be.
  std::function<handover_offer(steady_time deadline)> let_go;
  /// Goes on as before.
  std::function<void()> take_back;
  /// Called with a line for people at each step.
  std::function<void(const std::string&)> progress;
};

/// Starts another program and hands over to it. When it answers, the new one is in charge and this one has to drain;
/// the channel is to stay open until this process ends, which the new one waits for.
///
/// Shape:  blocks, on the main thread. `ending` is readable when this program is asked to end meanwhile.
/// Errors: why not, a sentence. The new process has ended then, and this one goes on as before.
[[nodiscard]] result<handover_channel, std::string> hand_over(const program_words& words,
                                                              std::chrono::milliseconds patience, steady_time deadline,
                                                              int ending, const upgrade_steps& steps);

}  // namespace modelgate
