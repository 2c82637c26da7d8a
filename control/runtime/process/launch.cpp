#include "control/runtime/process/launch.hpp"

#include "control/runtime/process/mark_guard.hpp"
#include "control/runtime/process/pidfd.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <limits>
#include <system_error>

namespace modelgate::control::runtime::process {
namespace {

enum class step : int { session, output, limits, folder, user, privileges, guard, program };

/// What the child says when it cannot go on.
struct failure_report {
  step at;
  int error;
};

/// The same as `launch_order`, as system calls take it: the child must not allocate.
struct raw_order {
  const char* program;
  char* const* arguments;
  char* const* environment;
  const char* working_folder;
  const char* output;
  const char* errors;
  const user_identity* user;
  int guard;
  replica_mark mark;
  int gate;
};

std::string why(int error) {
  return std::generic_category().message(error);
}

[[noreturn]] void give_up(const raw_order& order, step at) noexcept {
  const failure_report report{at, errno};
  [[maybe_unused]] const ssize_t sent = ::send(order.gate, &report, sizeof(report), MSG_NOSIGNAL);
  ::_exit(127);
}

void reset_signals() noexcept {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &action, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Opened for reading as well, so that the writer never meets a FIFO without a reader: it must survive modelgate.
bool open_as(const char* path, int target) noexcept {
  const int opened = ::open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  return opened >= 0 && ::dup2(opened, target) == target;
}

void mark_others_for_closing() noexcept {
  if (::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
  const long most = ::sysconf(_SC_OPEN_MAX);
  for (int other = 3; other < most; ++other) ::fcntl(other, F_SETFD, FD_CLOEXEC);
}

void close_range_of(int first, int last) noexcept {
  if (first > last) return;
  if (::syscall(SYS_close_range, static_cast<unsigned>(first), static_cast<unsigned>(last), 0U) == 0) return;
  const int most = static_cast<int>(::sysconf(_SC_OPEN_MAX));
  for (int each = first; each <= last && each < most; ++each) ::close(each);
}

/// At its gate the child holds nothing of its parent's: when that is killed meanwhile, its locks and listening sockets
/// are free at once for the next modelgate, not only when the child has ended too.
void close_all_but(int one, int other) noexcept {
  constexpr int first = 3;
  constexpr int last = std::numeric_limits<int>::max();
  const int low = std::min(one, other);
  const int high = std::max(one, other);
  close_range_of(first, low - 1);
  close_range_of(std::max(low + 1, first), high - 1);
  close_range_of(std::max(high + 1, first), last);
}

/// The child's whole life before the program. Async-signal-safe calls only: other threads of the parent may have held
/// any lock when it was forked.
[[noreturn]] void run_child(const raw_order& order) noexcept {
  reset_signals();
  close_all_but(order.gate, order.guard);
  take_mark(order.mark);  // where it can't, the environment alone must tell: the driver says so when it begins
  char go = 0;
  ssize_t count = 0;
  do {
    count = ::recv(order.gate, &go, 1, 0);
  } while (count < 0 && errno == EINTR);
  if (count != 1) ::_exit(127);

  if (::setsid() < 0) give_up(order, step::session);

  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0) give_up(order, step::output);
  if (!open_as(order.output, STDOUT_FILENO) || !open_as(order.errors, STDERR_FILENO)) give_up(order, step::output);

  const rlimit no_core{0, 0};
  if (::setrlimit(RLIMIT_CORE, &no_core) != 0) give_up(order, step::limits);
  ::umask(S_IWGRP | S_IWOTH);

  if (order.user != nullptr) {
    // The system calls themselves: the C library's functions would look for the parent's other threads.
    const auto [user, group] = *order.user;
    const bool dropped = ::syscall(SYS_setgroups, 0, nullptr) == 0 && ::syscall(SYS_setresgid, group, group, group) == 0
                         && ::syscall(SYS_setresuid, user, user, user) == 0;
    if (!dropped) give_up(order, step::user);
  }
  if (::chdir(order.working_folder) != 0) give_up(order, step::folder);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) give_up(order, step::privileges);
  keep_mark();
  if (order.guard >= 0 && ::syscall(SYS_landlock_restrict_self, order.guard, 0) != 0) give_up(order, step::guard);

  mark_others_for_closing();
  ::execve(order.program, order.arguments, order.environment);
  give_up(order, step::program);
}

std::string describe(step at, const launch_order& order) {
  switch (at) {
    case step::session:
      return "it could not get a session of its own";
    case step::output:
      return "its output could not be opened";
    case step::limits:
      return "its limits could not be set";
    case step::folder:
      return "its folder \"" + order.working_folder.native() + "\" cannot be entered";
    case step::user:
      return "its user could not be set";
    case step::privileges:
      return "its privileges could not be dropped";
    case step::guard:
      return "the data folder could not be hidden from it";
    case step::program:
      return "its program \"" + order.command.front() + "\" could not be run";
  }
  return {};
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Where the command's first word leads. Absent: nowhere.
std::optional<std::string> find_program(const launch_order& order) {
  const std::string& word = order.command.front();
  if (word.find('/') != std::string::npos) return (order.working_folder / word).native();
  std::string_view rest = order.search_path;
  for (;;) {
    const auto end = rest.find(':');
    const std::string folder{rest.substr(0, end)};
    const std::string candidate = folder + "/" + word;
    struct stat found {};
    if (!folder.empty() && ::stat(candidate.c_str(), &found) == 0 && S_ISREG(found.st_mode)
        && ::access(candidate.c_str(), X_OK) == 0) {
      return candidate;
    }
    if (end == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(end + 1);
  }
}

/// No signal may reach the child while it still has the parent's handlers.
class blocked_signals {
 public:
  blocked_signals() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~blocked_signals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  blocked_signals(const blocked_signals&) = delete;
  blocked_signals& operator=(const blocked_signals&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

result<gated_child, std::string> gated_child::fork(const launch_order& order) {
  const auto program = find_program(order);
  if (!program) return "its program \"" + order.command.front() + "\" is not in " + order.search_path;
  std::vector<std::string> arguments = order.command;
  std::vector<std::string> environment = order.environment;
  const std::vector<char*> raw_arguments = pointers_to(arguments);
  const std::vector<char*> raw_environment = pointers_to(environment);

  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return "no process could be made: " + why(errno);
  }
  gated_child child;
  child.gate_ = file_handle{ends[0]};
  file_handle childs_end{ends[1]};
  const raw_order raw{program->c_str(),
                      raw_arguments.data(),
                      raw_environment.data(),
                      order.working_folder.c_str(),
                      order.output.c_str(),
                      order.errors.c_str(),
                      order.user ? &*order.user : nullptr,
                      order.guard,
                      order.mark,
                      ends[1]};
  pid_t pid = 0;
  {
    const blocked_signals blocked;
    pid = ::fork();
    if (pid == 0) {
      ::close(ends[0]);  // else the child would keep its own gate open, and wait for ever when modelgate dies
      run_child(raw);
    }
  }
  if (pid < 0) return "no process could be made: " + why(errno);
  childs_end.reset();
  child.pidfd_ = open_pidfd(pid);
  const int problem = errno;
  const auto status = status_of_process(pid);
  if (!child.pidfd_ || !status) {
    child.gate_.reset();
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return "no process could be watched: " + why(problem);
  }
  child.process_ = *status;
  return child;
}

result<void, std::string> gated_child::release(const launch_order& order, std::chrono::milliseconds patience) {
  const file_handle gate = std::move(gate_);
  const char go = 'g';
  [[maybe_unused]] const ssize_t sent =
      ::send(gate.get(), &go, 1, MSG_NOSIGNAL);  // a child that was killed is seen below

  pollfd answer{gate.get(), POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&answer, 1, static_cast<int>(patience.count()));
  } while (ready < 0 && errno == EINTR);
  if (ready != 1) {
    ::kill(process_.pid, SIGKILL);  // not reaped yet, so the pid is still its own
    return "it did not start within " + std::to_string(patience.count()) + " ms";
  }
  failure_report report{};
  const ssize_t count = ::recv(gate.get(), &report, sizeof(report), 0);
  if (count != static_cast<ssize_t>(sizeof(report))) return {};  // closed by the program taking over
  return describe(report.at, order) + ": " + why(report.error);
}

}  // namespace modelgate::control::runtime::process
