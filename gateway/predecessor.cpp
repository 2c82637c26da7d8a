#include "gateway/predecessor.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace modelgate {
namespace {

constexpr std::chrono::seconds longest_last_word{2};

}  // namespace

predecessor::predecessor(int channel) : channel_{file_handle{channel}} {
  // Replicas must not inherit it.
  if (::fcntl(channel, F_SETFD, FD_CLOEXEC) != 0) {
    throw std::runtime_error{"--take-over is for a program that another modelgate has started"};
  }
}

predecessor::~predecessor() {
  stop_watching();
}

void predecessor::stop_watching() {
  if (!watcher_.joinable()) return;
  ::shutdown(channel_.descriptor(), SHUT_RDWR);  // wakes it
  watcher_.join();
}

void predecessor::take_over(steady_time deadline) {
  std::optional<handover_message> answer;
  if (channel_.send({"hello", "", {}}, deadline)) answer = channel_.receive(deadline);
  if (!answer || answer->kind != "offer") {
    throw std::runtime_error{"the running modelgate has not handed over what it holds"};
  }
  offer_ = std::move(answer->offer);
}

void predecessor::take_charge(steady_time deadline) {
  if (channel_.send({"ready", "", {}}, deadline)) {
    // From here on the running one decides: it may be saying "begin" just now, and ends who is too late.
    const std::array<int, 1> waited{channel_.descriptor()};
    const steady_time decided = steady_clock::now() + std::chrono::hours{24};
    if (wait_readable(waited, decided) < 0) {
      throw std::runtime_error{"the running modelgate has not let this one begin"};
    }
    static_cast<void>(channel_.receive(decided));  // its word, or its end
  }
  in_charge_ = true;
}

void predecessor::tell_failure(const std::string& why) const {
  if (!in_charge_) channel_.send({"failed", why, {}}, steady_clock::now() + longest_last_word);
}

void predecessor::watch(std::function<void()> on_gone) {
  watcher_ = std::thread{[this, gone = std::move(on_gone)] {
    ::pthread_setname_np(::pthread_self(), "predecessor");
    const std::array<int, 1> waited{channel_.descriptor()};
    while (wait_readable(waited, steady_clock::now() + std::chrono::hours{1}) < 0) {
    }
    gone();
  }};
}

}  // namespace modelgate
