#include "gateway/program_signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

namespace modelgate {

program_signals::program_signals() {
  sigemptyset(&ending_);
  sigaddset(&ending_, SIGTERM);
  sigaddset(&ending_, SIGINT);
  all_ = ending_;
  sigaddset(&all_, SIGHUP);
  sigaddset(&all_, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &all_, nullptr);
  struct sigaction as_started {};
  hang_up_ends_ = ::sigaction(SIGHUP, nullptr, &as_started) != 0 || as_started.sa_handler != SIG_IGN;
  std::signal(SIGPIPE, SIG_IGN);
  end_descriptor_.reset(::signalfd(-1, &ending_, SFD_CLOEXEC | SFD_NONBLOCK));
}

program_signals::received program_signals::wait() const {
  for (;;) {
    siginfo_t info{};
    if (sigwaitinfo(&all_, &info) < 0) continue;
    // The kernel tells of a terminal that is gone, and people ask for a reload, by the same signal.
    const bool hung_up = info.si_signo == SIGHUP && info.si_code == SI_KERNEL;
    if (!hung_up) return {info.si_signo, info.si_pid == ::getpid()};
    if (hang_up_ends_) return {SIGTERM, false};
  }
}

bool program_signals::wait_for_end(std::chrono::milliseconds patience) const {
  const timespec longest{patience.count() / 1'000, patience.count() % 1'000 * 1'000'000};
  return sigtimedwait(&ending_, nullptr, &longest) > 0;
}

}  // namespace modelgate
