#include "gateway/program_signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

namespace modelgate {

program_signals::program_signals() {
  sigemptyset(&ending_);
  sigaddset(&ending_, SIGTERM);
  sigaddset(&ending_, SIGINT);
  all_ = ending_;
  sigaddset(&all_, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &all_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  end_descriptor_.reset(::signalfd(-1, &ending_, SFD_CLOEXEC | SFD_NONBLOCK));
}

program_signals::received program_signals::wait() const {
  siginfo_t info{};
  while (sigwaitinfo(&all_, &info) < 0) {
  }
  return {info.si_signo, info.si_pid == ::getpid()};
}

bool program_signals::wait_for_end(std::chrono::milliseconds patience) const {
  const timespec longest{patience.count() / 1'000, patience.count() % 1'000 * 1'000'000};
  return sigtimedwait(&ending_, nullptr, &longest) > 0;
}

}  // namespace modelgate
