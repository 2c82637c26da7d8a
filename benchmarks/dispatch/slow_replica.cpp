// A replica of concurrency 1: works on one request after the other, as long as the request says times a factor.
//
// usage: slow_replica PORT FACTOR
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <unordered_map>

namespace {

constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr std::string_view service_field = "\r\nx-service-us:";

/// How long the request says that it takes, microseconds. Proxies write names as they like.
long service_of(std::string head) {
  for (char& c : head) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const std::size_t at = head.find(service_field);
  if (at == std::string::npos) {
    std::fputs("slow_replica: a request does not say how long it takes\n", stderr);
    std::exit(1);
  }
  return std::atol(head.c_str() + at + service_field.size());
}

void work(double microseconds) {
  const auto nanoseconds = static_cast<long>(microseconds * 1e3);
  timespec left{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {
  }
}

int listen_on(int port) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  const int yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener, 1024) != 0) {
    std::perror("slow_replica");
    std::exit(1);
  }
  return listener;
}

void watch(int poller, int file) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = file;
  epoll_ctl(poller, EPOLL_CTL_ADD, file, &event);
}

}  // namespace

int main(int count, char* arguments[]) {
  if (count != 3) return 2;
  const double factor = std::atof(arguments[2]);
  const int listener = listen_on(std::atoi(arguments[1]));
  const int poller = epoll_create1(0);
  watch(poller, listener);
  std::unordered_map<int, std::string> buffers;
  while (true) {
    std::array<epoll_event, 64> events{};
    const int ready = epoll_wait(poller, events.data(), static_cast<int>(events.size()), -1);
    for (int index = 0; index < ready; ++index) {
      const int file = events[static_cast<std::size_t>(index)].data.fd;
      if (file == listener) {
        const int connection = accept(listener, nullptr, nullptr);
        if (connection < 0) continue;
        const int yes = 1;
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        watch(poller, connection);
        continue;
      }
      std::array<char, 65'536> bytes;
      const ssize_t received = recv(file, bytes.data(), bytes.size(), 0);
      if (received <= 0) {
        buffers.erase(file);
        close(file);
        continue;
      }
      std::string& buffer = buffers[file];
      buffer.append(bytes.data(), static_cast<std::size_t>(received));
      for (std::size_t end = 0; (end = buffer.find("\r\n\r\n")) != std::string::npos; buffer.erase(0, end + 4)) {
        work(static_cast<double>(service_of(buffer.substr(0, end))) * factor);
        if (send(file, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) break;
      }
    }
  }
}
