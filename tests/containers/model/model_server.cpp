// A model that does what its environment and its paths say, as one static program: the same one runs as a process and in a
// container that has nothing else.
//
// Environment: SAY (text printed at the start), SAY_LINES (so many lines), SAY_BOTH (so many on each of the two
// streams, at once), EXIT (ends at once with this code), UNREADY
// (answers its health path 503), STUBBORN (takes no notice of SIGTERM), ON_SOCKET
// (listens on the Unix-domain socket that it is offered).
// Paths: /say/TEXT and /complain/TEXT print, /begin/TEXT does and does not end the line, /exit/CODE ends, /alloc/MIB takes memory and uses it, /env/NAME, /pid,
// /unready and /ready, /write/PATH answers what the system says to that, /read/PATH, /predict and whatever else answers
// with JSON.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

bool is_ready = true;
std::vector<std::string> kept;  ///< what /alloc took

const char* variable(const char* name) {
  return std::getenv(name);
}

std::string try_to_write(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) return std::strerror(errno);
  std::fclose(file);
  return "written";
}

std::string read_file(const std::string& path) {
  std::ifstream file{path};
  if (!file) return "none";
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void take_memory(std::size_t mib) {
  constexpr std::size_t bytes_per_mib = 1'048'576;
  for (std::size_t i = 0; i < mib; ++i) kept.emplace_back(bytes_per_mib, static_cast<char>('a' + i % 26));
}

struct answer {
  int status = 200;
  std::string body;
};

answer answer_to(const std::string& path) {
  const auto rest_of = [&](const char* begin) -> const char* {
    return path.rfind(begin, 0) == 0 ? path.c_str() + std::strlen(begin) : nullptr;
  };
  if (path == "/health/status") return {is_ready ? 200 : 503, "{}"};
  if (path == "/unready" || path == "/ready") {
    is_ready = path == "/ready";
    return {};
  }
  if (path == "/pid") return {200, std::to_string(::getpid())};
  if (const char* text = rest_of("/say/")) {
    std::printf("%s\n", text);
    return {};
  }
  if (const char* text = rest_of("/begin/")) {
    std::printf("%s", text);
    std::fflush(stdout);
    return {};
  }
  if (const char* text = rest_of("/complain/")) {
    std::fprintf(stderr, "%s\n", text);
    return {};
  }
  if (const char* code = rest_of("/exit/")) std::_Exit(std::atoi(code));
  if (const char* mib = rest_of("/alloc/")) take_memory(std::strtoul(mib, nullptr, 10));
  if (const char* name = rest_of("/env/")) return {200, variable(name) == nullptr ? "none" : variable(name)};
  if (const char* file = rest_of("/write")) return {200, try_to_write(file)};
  if (const char* file = rest_of("/read")) return {200, read_file(file)};
  const char* version = variable("VERSION");
  return {200, R"({"data":{"names":["p"],"ndarray":[[0.5]]},"meta":{"tags":{"version":")"
                   + std::string{version == nullptr ? "1" : version} + "\"}}}"};
}

/// One request; whether the connection may be used for another.
bool serve_one(int connection, std::string& held) {
  std::array<char, 65'536> block{};
  std::size_t head_end = 0;
  std::size_t body = 0;
  for (;;) {
    head_end = held.find("\r\n\r\n");
    if (head_end != std::string::npos) {
      const auto length = held.find("ontent-Length: ");
      body = length < head_end ? std::strtoul(held.c_str() + length + 15, nullptr, 10) : 0;
      if (held.size() >= head_end + 4 + body) break;
    }
    const ssize_t got = ::read(connection, block.data(), block.size());
    if (got <= 0) return false;
    held.append(block.data(), static_cast<std::size_t>(got));
  }
  const auto first = held.find(' ');
  const std::string path = held.substr(first + 1, held.find(' ', first + 1) - first - 1);
  held.erase(0, head_end + 4 + body);
  const answer given = answer_to(path);
  std::ostringstream text;
  text << "HTTP/1.1 " << given.status << " X\r\nContent-Type: application/json\r\nContent-Length: " << given.body.size()
       << "\r\n\r\n"
       << given.body;
  const std::string bytes = text.str();
  return ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

void* complain(void* lines) {
  for (std::intptr_t i = 0; i < reinterpret_cast<std::intptr_t>(lines); ++i)
    std::fprintf(stderr, "complaint %d\n", static_cast<int>(i));
  return nullptr;
}

void say_on_both(int lines) {
  pthread_t thread{};
  const bool both = ::pthread_create(&thread, nullptr, complain, reinterpret_cast<void*>(std::intptr_t{lines})) == 0;
  for (int i = 0; i < lines; ++i) std::printf("line %d\n", i);
  if (both) ::pthread_join(thread, nullptr);
}

int listen_at_port() {
  const char* port = variable("PREDICTIVE_UNIT_SERVICE_PORT");
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port == nullptr ? 9000 : std::atoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  const bool bound = ::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  return bound && ::listen(listener, SOMAXCONN) == 0 ? listener : -1;
}

int listen_on_socket(const char* path) {
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  const bool bound = ::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  return bound && ::listen(listener, SOMAXCONN) == 0 ? listener : -1;
}

void* serve(void* socket) {
  const int connection = static_cast<int>(reinterpret_cast<std::intptr_t>(socket));
  std::string held;
  while (serve_one(connection, held)) {
  }
  ::close(connection);
  return nullptr;
}

}  // namespace

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  // The first process of a container ignores what it has no handler for.
  if (variable("STUBBORN") == nullptr) std::signal(SIGTERM, [](int) { std::_Exit(0); });
  if (variable("STUBBORN") != nullptr) std::signal(SIGTERM, SIG_IGN);
  if (const char* text = variable("SAY")) std::printf("%s\n", text);
  if (const char* lines = variable("SAY_LINES")) {
    for (int i = 0; i < std::atoi(lines); ++i) std::printf("line %d\n", i);
  }
  if (const char* lines = variable("SAY_BOTH")) say_on_both(std::atoi(lines));
  if (const char* code = variable("EXIT")) {
    std::fflush(stdout);
    std::_Exit(std::atoi(code));
  }
  is_ready = variable("UNREADY") == nullptr;
  const char* path = variable("ON_SOCKET") == nullptr ? nullptr : variable("MODELGATE_SOCKET");
  const int listener = path == nullptr ? listen_at_port() : listen_on_socket(path);
  if (listener < 0) {
    std::perror("listen");
    return 1;
  }
  std::printf("serving\n");
  for (;;) {
    const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    pthread_t thread{};
    if (::pthread_create(&thread, nullptr, serve, reinterpret_cast<void*>(static_cast<std::intptr_t>(connection))) == 0)
      ::pthread_detach(thread);
    else
      ::close(connection);
  }
}
