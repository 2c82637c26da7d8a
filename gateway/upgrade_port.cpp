#include "gateway/upgrade_port.hpp"

#include "control/runtime/process/process_table.hpp"

#include "modelgate/base/log.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace modelgate {
namespace {

constexpr const char* file_name = "upgrade.sock";
constexpr std::size_t longest_line = 8'192;
constexpr int waiting_connections = 16;

file_handle open_folder(const std::filesystem::path& folder) {
  return file_handle{::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
}

/// By the folder's descriptor: an address holds 107 bytes, which a path may exceed.
sockaddr_un address_in(const file_handle& folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder.get(), file_name);
  return address;
}

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error{what + ": " + std::generic_category().message(errno)};
}

file_handle make_socket() {
  return file_handle{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
}

file_handle listen_in(const file_handle& folder, const std::filesystem::path& shown) {
  const std::string where = "the socket for upgrades in " + shown.string() + " cannot be made";
  file_handle socket = make_socket();
  if (!folder || !socket) fail(where);
  ::unlinkat(folder.get(), file_name, 0);  // of a process that was killed; the folder's lock says that it is gone
  const sockaddr_un address = address_in(folder);
  ::fcntl(socket.get(), F_SETFL, O_NONBLOCK);
  ::fchmod(socket.get(), S_IRUSR | S_IWUSR);  // the file takes the mode of the socket
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0
      || ::fchmodat(folder.get(), file_name, S_IRUSR | S_IWUSR, 0) != 0
      || ::listen(socket.get(), waiting_connections) != 0) {
    fail(where);
  }
  return socket;
}

/// One line, without its end. Errors: empty when none came in time.
std::optional<std::string> read_line(int socket, std::string& held, steady_time deadline) {
  for (;;) {
    if (const auto end = held.find('\n'); end != std::string::npos) {
      std::string line = held.substr(0, end);
      held.erase(0, end + 1);
      return line;
    }
    const std::array<int, 1> waited{socket};
    if (held.size() > longest_line || wait_readable(waited, deadline) < 0) return std::nullopt;
    std::array<char, 1'024> block;
    const ssize_t count = ::recv(socket, block.data(), block.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) return std::nullopt;
    held.append(block.data(), static_cast<std::size_t>(count));
  }
}

/// A replica of modelgate's own user could ask for a program of its choice, free of what confines it.
bool may_ask(int client) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  if (peer.uid != ::geteuid() && peer.uid != 0) return false;
  return !control::runtime::process::is_marked(peer.pid, control::runtime::process::is_any_mark);
}

}  // namespace

void upgrade_request::tell(std::string_view word, std::string_view text) const {
  std::string line{word};
  line.append(" ").append(text);
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  line.push_back('\n');
  static_cast<void>(::send(client_.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

upgrade_port::upgrade_port(const std::filesystem::path& data_folder, int handed)
    : folder_{open_folder(data_folder)},
      socket_{handed >= 0 ? file_handle{handed} : listen_in(folder_, data_folder)},
      ending_{::eventfd(0, EFD_CLOEXEC)},
      is_ours_{handed < 0} {}

void upgrade_port::end_thread() noexcept {
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  static_cast<void>(::write(ending_.get(), &one, sizeof one) > 0);
  thread_.join();
}

void upgrade_port::leave() noexcept {
  is_ours_ = false;
  end_thread();
}

upgrade_port::~upgrade_port() {
  end_thread();
  if (is_ours_) ::unlinkat(folder_.get(), file_name, 0);
}

void upgrade_port::start() {
  is_ours_ = true;
  thread_ = std::thread{[this] {
    ::pthread_setname_np(::pthread_self(), "upgrade");
    run();
  }};
}

std::optional<upgrade_request> upgrade_port::take() {
  const std::lock_guard lock{mutex_};
  if (waiting_.empty()) return std::nullopt;
  upgrade_request next = std::move(waiting_.front());
  waiting_.pop_front();
  return next;
}

void upgrade_port::run() {
  const std::array<int, 2> waited{ending_.get(), socket_.get()};
  for (;;) {
    const int which = wait_readable(waited, steady_clock::now() + std::chrono::hours{1});
    if (which == 0) return;
    if (which < 0) continue;
    file_handle client{::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    if (client) read_request(std::move(client));
  }
}

void upgrade_port::read_request(file_handle client) {
  if (!may_ask(client.get())) {
    log::warning("upgrade", "somebody who may not asked for an upgrade");
    return;
  }
  std::string held;
  const auto line = read_line(client.get(), held, steady_clock::now() + patience_with_request);
  constexpr std::string_view word = "upgrade ";
  if (!line || !line->starts_with(word)) return;
  upgrade_request request{std::move(client), line->substr(word.size())};
  {
    const std::lock_guard lock{mutex_};
    if (waiting_.size() >= most_waiting) {
      request.tell("failed", "too many upgrades have been asked for; come again when they are done");
      return;
    }
    waiting_.push_back(std::move(request));
  }
  ::kill(::getpid(), SIGUSR2);
}

int ask_for_upgrade(const std::filesystem::path& data_folder, const std::filesystem::path& binary,
                    std::chrono::milliseconds patience) {
  constexpr int exit_failed = 1;
  constexpr int exit_no_server = 7;
  const file_handle folder = open_folder(data_folder);
  const file_handle socket = make_socket();
  const sockaddr_un address = address_in(folder);
  if (!folder || !socket || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    std::cerr << "modelgate: no modelgate serves the data folder " << data_folder.string()
              << "; name it with --data-dir or --config as for serve\n";
    return exit_no_server;
  }
  const std::string request = "upgrade " + binary.string() + "\n";
  if (::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
    std::cerr << "modelgate: the running modelgate does not listen\n";
    return exit_failed;
  }
  const steady_time deadline = steady_clock::now() + patience;
  std::string held;
  while (const auto line = read_line(socket.get(), held, deadline)) {
    const auto space = line->find(' ');
    const std::string word = line->substr(0, space);
    const std::string text = space == std::string::npos ? "" : line->substr(space + 1);
    if (word == "failed") {
      std::cerr << "modelgate: no upgrade: " << text << "; the running one serves on\n";
      return exit_failed;
    }
    std::cout << text << std::endl;
    if (word == "done") return 0;
  }
  std::cerr << "modelgate: the running modelgate has not said how the upgrade went; look into its log\n";
  return exit_failed;
}

}  // namespace modelgate
