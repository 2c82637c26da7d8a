#include "gateway/upgrade.hpp"

#include "control/runtime/process/exit_text.hpp"
#include "control/runtime/process/pidfd.hpp"

#include "modelgate/base/log.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

extern char** environ;

namespace modelgate {
namespace {

namespace process = control::runtime::process;

constexpr int channel_in_child = 3;
constexpr std::string_view flag = "--take-over";
constexpr std::chrono::seconds patience_with_end{2};  ///< from its last word to its end

std::string why(int error) {
  return std::generic_category().message(error);
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// The new process. Ended, at the latest, with this object, unless it is in charge.
class successor {
 public:
  /// Errors: throws std::runtime_error.
  explicit successor(const program_words& words) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
      throw std::runtime_error{"no connection to it could be made: " + why(errno)};
    }
    channel_.emplace(file_handle{ends[0]});
    const file_handle its_end{ends[1]};
    start(words, its_end.get());
    pidfd_ = process::open_pidfd(pid_);
  }
  ~successor() {
    if (pid_ == 0 || in_charge_) return;
    ::kill(pid_, SIGKILL);  // not reaped yet, so the pid is still its own
    reap();
  }
  successor(const successor&) = delete;
  successor& operator=(const successor&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  /// Waits for its next word. Errors: throws std::runtime_error that says what came instead.
  handover_message expect(std::string_view kind, std::chrono::milliseconds patience, steady_time deadline, int ending) {
    const std::array<int, 3> waited{channel_->descriptor(), pidfd_.get(), ending};
    switch (wait_readable(waited, deadline)) {
      case 0: {
        auto message = channel_->receive(deadline);
        if (message && message->kind == kind) return std::move(*message);
        if (message && message->kind == "failed") throw std::runtime_error{"the new program says: " + message->why};
        if (message) throw std::runtime_error{"the new program speaks another language"};
        throw std::runtime_error{how_it_ended()};
      }
      case 1:
        throw std::runtime_error{how_it_ended()};
      case 2:
        throw std::runtime_error{"modelgate was asked to end"};
      default:
        throw std::runtime_error{"the new program was not up within " + std::to_string(patience.count())
                                 + " ms (timeouts.upgrade)"};
    }
  }

  bool offer(handover_offer offer, steady_time deadline) {
    return channel_->send({"offer", "", std::move(offer)}, deadline);
  }

  /// Errors: throws std::runtime_error when it has gone meanwhile.
  handover_channel put_in_charge(steady_time deadline) {
    if (!channel_->send({"commit", "", {}}, deadline)) throw std::runtime_error{how_it_ended()};
    in_charge_ = true;
    return std::move(*channel_);
  }

 private:
  void start(const program_words& words, int its_end) {
    std::vector<std::string> texts{words.binary.native()};
    texts.insert(texts.end(), words.arguments.begin(), words.arguments.end());
    texts.insert(texts.end(), {std::string{flag}, std::to_string(channel_in_child)});
    const std::vector<char*> arguments = pointers_to(texts);

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_adddup2(&actions, its_end, channel_in_child);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, channel_in_child + 1);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    const int problem = ::posix_spawn(&pid_, words.binary.c_str(), &actions, &attributes, arguments.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (problem != 0) {
      pid_ = 0;
      throw std::runtime_error{"the new program " + words.binary.native() + " cannot be started: " + why(problem)};
    }
  }

  /// It has closed its end, or has ended.
  std::string how_it_ended() {
    const std::array<int, 1> waited{pidfd_.get()};
    siginfo_t info{};
    if (wait_readable(waited, steady_clock::now() + patience_with_end) < 0
        || ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != pid_) {
      return "the new program has cut the connection to this one";
    }
    return "the new program " + process::describe_exit(info) + " before it was up; see what it wrote";
  }

  void reap() const {
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  pid_t pid_ = 0;
  file_handle pidfd_;
  std::optional<handover_channel> channel_;
  bool in_charge_ = false;
};

}  // namespace

program_words words_of(int count, char** arguments) {
  program_words words;
  std::error_code ignored;
  const std::string name = count > 0 ? arguments[0] : "";
  if (name.find('/') != std::string::npos) {
    words.binary = std::filesystem::absolute(name, ignored);
  } else {
    const char* variable = std::getenv("PATH");
    std::string_view rest = variable == nullptr ? "" : variable;
    while (words.binary.empty() && !rest.empty()) {
      const auto end = rest.find(':');
      const auto candidate = std::filesystem::path{rest.substr(0, end)} / name;
      if (::access(candidate.c_str(), X_OK) == 0) words.binary = std::filesystem::absolute(candidate, ignored);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  }
  for (int i = 1; i < count; ++i) {
    const std::string_view word{arguments[i]};
    if (word == flag)
      ++i;  // and its value
    else if (!word.starts_with(std::string{flag} + "="))
      words.arguments.emplace_back(word);
  }
  return words;
}

result<handover_channel, std::string> hand_over(const program_words& words, std::chrono::milliseconds patience,
                                                steady_time deadline, int ending, const upgrade_steps& steps) {
  bool has_let_go = false;
  try {
    try {
      successor next{words};
      steps.progress("started " + words.binary.native() + " as process " + std::to_string(next.pid()));
      static_cast<void>(next.expect("hello", patience, deadline, ending));
      steps.progress("its config is good: handing over the store and the replicas");
      handover_offer offer = steps.let_go(deadline);
      has_let_go = true;
      if (!next.offer(std::move(offer), deadline)) {
        static_cast<void>(next.expect("ready", patience, deadline, ending));  // says what became of it
      }
      static_cast<void>(next.expect("ready", patience, deadline, ending));
      return next.put_in_charge(deadline);
    } catch (const std::runtime_error&) {
      // By now the new process has ended: there is never a time at which two look after the replicas.
      if (has_let_go) steps.take_back();
      throw;
    }
  } catch (const std::runtime_error& problem) {
    return {boost::system::in_place_error, problem.what()};
  }
}

}  // namespace modelgate
