#pragma once

#include "gateway/predecessor.hpp"
#include "gateway/program_signals.hpp"
#include "gateway/reload.hpp"
#include "gateway/upgrade.hpp"

#include "modelgate/config/settings.hpp"

namespace modelgate {

/// Serves until a signal ends it, then drains; another one ends the drain. An upgrade that succeeds ends it too.
/// `read` is for when SIGHUP comes. `before`: the program that started this one to take over; null: nobody serves here yet.
/// Errors: set-up that is impossible, such as a port in use, throws std::exception with one clear line.
void run_program(config::settings settings, settings_reader read, const program_signals& signals,
                 const program_words& words, predecessor* before, bool with_demo);

}  // namespace modelgate
