// Sends every request at its time, whatever became of the others.
//
// usage: open_loop PORT PATH START < LOAD
// LOAD has a line "ARRIVAL SERVICE" for each request, microseconds from START, which is in seconds of CLOCK_MONOTONIC. Prints a
// line for each: its latency in microseconds from when it was due, or "failed: WHY".
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace {

constexpr std::int64_t patience_us = 20'000'000;  // after the last request: who is that late is hopelessly so

struct arrival {
  std::int64_t due_us = 0;  ///< of CLOCK_MONOTONIC
  long service_us = 0;
};

struct connection {
  std::string received;
  std::int64_t due_us = 0;  ///< of the request under way; 0: idle
};

std::int64_t now_us() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000 + now.tv_nsec / 1'000;
}

class open_loop {
 public:
  open_loop(int port, std::string path, std::vector<arrival> load) : path_{std::move(path)}, load_{std::move(load)} {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address_.sin_port = htons(static_cast<std::uint16_t>(port));
  }

  void run() {
    std::size_t next = 0;
    while (next < load_.size() || under_way_ > 0) {
      for (; next < load_.size() && load_[next].due_us <= now_us(); ++next) send_one(load_[next]);
      const std::int64_t until = next < load_.size() ? load_[next].due_us : load_.back().due_us + patience_us;
      const std::int64_t wait = std::max<std::int64_t>(0, until - now_us());
      if (next == load_.size() && wait == 0) break;
      const timespec limit{wait / 1'000'000, wait % 1'000'000 * 1'000};
      std::array<epoll_event, 64> events{};
      const int ready = epoll_pwait2(poller_, events.data(), static_cast<int>(events.size()), &limit, nullptr);
      for (int index = 0; index < ready; ++index) read_from(events[static_cast<std::size_t>(index)].data.fd);
    }
    for (; under_way_ > 0; --under_way_) std::puts("failed: no answer");
  }

 private:
  int take_connection() {
    if (!idle_.empty()) {
      const int file = idle_.back();
      idle_.pop_back();
      return file;
    }
    const int file = socket(AF_INET, SOCK_STREAM, 0);
    if (file < 0 || connect(file, reinterpret_cast<const sockaddr*>(&address_), sizeof address_) != 0) return -1;
    const int yes = 1;
    setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = file;
    epoll_ctl(poller_, EPOLL_CTL_ADD, file, &event);
    connections_[file] = {};
    return file;
  }

  void send_one(const arrival& request) {
    const int file = take_connection();
    const std::string text = "POST " + path_ + " HTTP/1.1\r\nHost: b\r\nX-Service-Us: "
                             + std::to_string(request.service_us) + "\r\nContent-Length: 0\r\n\r\n";
    if (file < 0 || send(file, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) {
      std::puts("failed: not sent");
      return;
    }
    connections_[file].due_us = request.due_us;
    ++under_way_;
  }

  void read_from(int file) {
    std::array<char, 4'096> bytes;
    const ssize_t count = recv(file, bytes.data(), bytes.size(), 0);
    connection& from = connections_[file];
    if (count <= 0) {
      if (from.due_us != 0) finish(from, "failed: closed");
      drop(file);
      return;
    }
    from.received.append(bytes.data(), static_cast<std::size_t>(count));
    const std::size_t end = from.received.find("\r\n\r\n");
    if (end == std::string::npos) return;
    const std::string_view head = std::string_view{from.received}.substr(0, end);
    if (!head.starts_with("HTTP/1.1 200")) {
      finish(from, "failed: " + std::string{head.substr(0, head.find('\r'))});
      drop(file);
      return;
    }
    if (from.received.size() < end + 6) return;  // the body is "ok"
    finish(from, std::to_string(now_us() - from.due_us));
    if (head.find("onnection: close") != std::string_view::npos) {
      drop(file);
      return;
    }
    from.received.clear();
    idle_.push_back(file);
  }

  void finish(connection& of, const std::string& outcome) {
    std::puts(outcome.c_str());
    of.due_us = 0;
    --under_way_;
  }

  void drop(int file) {
    std::erase(idle_, file);
    connections_.erase(file);
    close(file);
  }

  sockaddr_in address_{};
  std::string path_;
  std::vector<arrival> load_;
  int poller_ = epoll_create1(0);
  std::unordered_map<int, connection> connections_;
  std::vector<int> idle_;
  std::size_t under_way_ = 0;
};

}  // namespace

int main(int count, char* arguments[]) {
  if (count != 4) return 2;
  const auto start = static_cast<std::int64_t>(std::atof(arguments[3]) * 1e6);
  std::vector<arrival> load;
  long arrives = 0;
  long service = 0;
  while (std::scanf("%ld %ld", &arrives, &service) == 2) load.push_back({start + arrives, service});
  if (load.empty()) return 2;
  open_loop{std::atoi(arguments[1]), arguments[2], std::move(load)}.run();
  return 0;
}
