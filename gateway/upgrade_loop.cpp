#include "gateway/upgrade_loop.hpp"

#include "modelgate/base/log.hpp"

#include <array>
#include <csignal>
#include <utility>

namespace modelgate {

upgrade_loop::upgrade_loop(const live_settings& live, predecessor* before)
    : live_{live},
      before_{before},
      port_{live.now()->data_folder, before == nullptr ? -1 : before->offer().upgrade_socket} {}

void upgrade_loop::run_until_end(const program_signals& signals, const program_words& words, const upgrade_steps& steps,
                                 const std::function<void()>& reload) {
  port_.start();
  for (;;) {
    const program_signals::received signal = signals.wait();
    if (signal.number == SIGHUP) {
      reload();
      continue;
    }
    if (signal.number != SIGUSR2) return;
    auto request = port_.take();
    if (!request && signal.is_own) continue;  // taken with the last one
    do {
      if (upgrade(signals, words, steps, request ? &*request : nullptr)) return;
      request = port_.take();
    } while (request);
  }
}

/// Whether another program is in charge now.
bool upgrade_loop::upgrade(const program_signals& signals, program_words words, upgrade_steps steps,
                           const upgrade_request* request) {
  if (request != nullptr && !request->binary().empty()) words.binary = request->binary();
  steps.progress = [request](const std::string& text) {
    log::info("upgrade", text);
    if (request != nullptr) request->tell("progress", text);
  };
  const auto patience = live_.now()->timeouts.upgrade;
  const steady_time deadline = steady_clock::now() + patience;
  std::string why = wait_for_predecessor(signals, deadline);
  if (why.empty()) {
    auto handed = hand_over(words, patience, deadline, signals.end_descriptor(), steps);
    if (handed) {
      after_.emplace(std::move(*handed));
      port_.leave();
      log::info("upgrade", "the new program serves, and this one drains");
      if (request != nullptr) request->tell("done", "upgraded: the new program serves, and the old one drains");
      while (const auto late = port_.take()) late->tell("failed", "an upgrade was made just now; ask again");
      return true;
    }
    why = handed.error();
  }
  ++failed_;
  log::error("upgrade", "no upgrade: this program serves on", {{"why", why}});
  if (request != nullptr) request->tell("failed", why);
  return false;
}

/// Only one may drain at a time: the one in charge waits for its end before it stops a replica. Errors: why it did not.
std::string upgrade_loop::wait_for_predecessor(const program_signals& signals, steady_time deadline) const {
  if (before_ == nullptr) return {};
  const std::array<int, 2> waited{before_->descriptor(), signals.end_descriptor()};
  switch (wait_readable(waited, deadline)) {
    case 0:
      return {};
    case 1:
      return "modelgate was asked to end";
    default:
      return "the program before this one still drains";
  }
}

void upgrade_loop::add_to(handover_offer& offer) const {
  offer.upgrade_socket = port_.listening_socket();
  offer.upgrades = succeeded_;
  offer.failed_upgrades = failed_;
}

void upgrade_loop::count_from(const handover_offer& offer) {
  succeeded_ = offer.upgrades + 1;
  failed_ = offer.failed_upgrades;
}

std::vector<metrics::gauge_reading> upgrade_loop::readings() const {
  std::vector<metrics::gauge_reading> all;
  const auto add = [&](const char* how, std::uint64_t count) {
    all.push_back({"modelgate_upgrades_total",
                   "Upgrades of the running program; the count goes from one program to the next.",
                   {{"result", how}},
                   static_cast<double>(count),
                   true});
  };
  add("succeeded", succeeded_);
  add("failed", failed_);
  return all;
}

}  // namespace modelgate
