// Sends predictions at an even pace, whatever becomes of them, and says how long the answers took.
//
// usage: paced_load HOST PORT PATH REQUESTS_PER_SECOND SECONDS CONNECTIONS
//
// Open loop: a request is due at its time. Its latency runs until the kernel has the answer's last piece, so that what
// this program waits for a core itself does not count; from when it was sent, or from when it was due where it had to
// wait for a free connection.
// Prints one line of JSON: {"statuses": {"200": n}, "unsent": n, "failed": n, "p50": ms, "p99": ms, "p999": ms}, percentiles of
// the answers with status 200. One thread, kept connections. PACED_AUTHORIZATION in the environment is sent as Authorization: a token
// does not belong on a command line.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using steady = std::chrono::steady_clock;
using wall = std::chrono::system_clock;  // the one that the kernel stamps what comes with

struct connection {
  int socket = -1;
  std::string input;
  wall::time_point since;  ///< the latency of the request under way runs from here
};

struct results {
  std::map<int, int> statuses;
  std::vector<double> milliseconds;
  int failed = 0;
};

class load {
 public:
  load(const char* host, int port, const std::string& path) : poller_{::epoll_create1(0)} {
    address_.sin_family = AF_INET;
    address_.sin_port = htons(static_cast<std::uint16_t>(port));
    ::inet_pton(AF_INET, host, &address_.sin_addr);
    const std::string body = R"({"data":{"names":["a","b"],"ndarray":[[1.5,2.5]]}})";
    const char* authorization = std::getenv("PACED_AUTHORIZATION");
    request_ = "POST " + path + " HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: "
               + std::to_string(body.size()) + "\r\n";
    if (authorization != nullptr && *authorization != '\0')
      request_.append("Authorization: ").append(authorization) += "\r\n";
    request_ += "\r\n" + body;
  }

  void open(int count) {
    connections_.resize(static_cast<std::size_t>(count));
    for (connection& each : connections_) connect(each);
  }

  void run(double rate, double seconds) {
    const auto interval = std::chrono::duration_cast<steady::duration>(std::chrono::duration<double>{1 / rate});
    const auto start = steady::now();
    const auto end = start + std::chrono::duration_cast<steady::duration>(std::chrono::duration<double>{seconds});
    const auto last = end + std::chrono::seconds{5};
    auto next = start;
    while (steady::now() < last) {
      const std::size_t held_up = waiting_.size();
      for (; next < end && next <= steady::now(); next += interval) waiting_.push_back(next);
      send_waiting(held_up);
      if (next >= end && waiting_.empty() && idle_.size() == connections_.size()) return;
      wait(next < end ? next : last);
    }
  }

  void print() const {
    std::vector<double> sorted = found_.milliseconds;
    std::sort(sorted.begin(), sorted.end());
    const auto percentile = [&](double share) {
      if (sorted.empty()) return -1.0;
      return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
    };
    std::string statuses;
    for (const auto& [status, count] : found_.statuses) {
      if (!statuses.empty()) statuses += ", ";
      statuses += "\"" + std::to_string(status) + "\": " + std::to_string(count);
    }
    std::printf(
        "{\"statuses\": {%s}, \"unsent\": %zu, \"failed\": %d, \"p50\": %.3f, \"p99\": %.3f, "
        "\"p999\": %.3f}\n",
        statuses.c_str(), waiting_.size(), found_.failed, percentile(0.5), percentile(0.99), percentile(0.999));
  }

 private:
  void connect(connection& peer) {
    peer = {};
    peer.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(peer.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(peer.socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    if (::connect(peer.socket, reinterpret_cast<const sockaddr*>(&address_), sizeof address_) != 0) {
      std::perror("paced_load: connect");
      std::exit(1);
    }
    epoll_event interest{};
    interest.events = EPOLLIN;
    interest.data.ptr = &peer;
    ::epoll_ctl(poller_, EPOLL_CTL_ADD, peer.socket, &interest);
    idle_.push_back(&peer);
  }

  /// `held_up`: what waits has been waiting for a connection since the last time.
  void send_waiting(std::size_t held_up) {
    while (!waiting_.empty() && !idle_.empty()) {
      connection& peer = *idle_.front();
      idle_.pop_front();
      peer.since = wall::now();
      if (held_up > 0) {
        peer.since -= std::chrono::duration_cast<wall::duration>(steady::now() - waiting_.front());
        --held_up;
      }
      waiting_.pop_front();
      const ssize_t sent = ::send(peer.socket, request_.data(), request_.size(), MSG_NOSIGNAL);
      if (sent != static_cast<ssize_t>(request_.size())) lose(peer);
    }
  }

  void lose(connection& peer) {
    ++found_.failed;
    ::close(peer.socket);
    connect(peer);
  }

  void wait(steady::time_point until) {
    const auto left = std::max(steady::duration{0}, until - steady::now());
    const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(left).count();
    const timespec timeout{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
    std::array<epoll_event, 64> events;
    const int ready = ::epoll_pwait2(poller_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
    for (int i = 0; i < ready; ++i) receive(*static_cast<connection*>(events[static_cast<std::size_t>(i)].data.ptr));
  }

  /// Where the kernel does not say when the bytes came, `came` stays as it is.
  static ssize_t receive_stamped(int socket, std::array<char, 16'384>& bytes, wall::time_point& came) {
    iovec piece{bytes.data(), bytes.size()};
    alignas(cmsghdr) std::array<char, 256> control;
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(socket, &message, MSG_DONTWAIT);
    for (cmsghdr* each = CMSG_FIRSTHDR(&message); size > 0 && each != nullptr; each = CMSG_NXTHDR(&message, each)) {
      if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SO_TIMESTAMPNS) continue;
      timespec stamp{};
      std::memcpy(&stamp, CMSG_DATA(each), sizeof stamp);
      came = wall::time_point{std::chrono::seconds{stamp.tv_sec} + std::chrono::nanoseconds{stamp.tv_nsec}};
    }
    return size;
  }

  void receive(connection& peer) {
    std::array<char, 16'384> bytes;
    wall::time_point came = wall::now();
    const ssize_t size = receive_stamped(peer.socket, bytes, came);
    if (size <= 0) {
      const bool was_idle = std::find(idle_.begin(), idle_.end(), &peer) != idle_.end();
      if (was_idle) std::erase(idle_, &peer);
      lose(peer);
      return;
    }
    peer.input.append(bytes.data(), static_cast<std::size_t>(size));
    const std::size_t head = peer.input.find("\r\n\r\n");
    if (head == std::string::npos) return;
    const std::size_t field = peer.input.find("Content-Length: ");
    const std::size_t body = field < head ? std::strtoull(peer.input.c_str() + field + 16, nullptr, 10) : 0;
    if (peer.input.size() < head + 4 + body) return;
    const int status = std::atoi(peer.input.c_str() + 9);
    ++found_.statuses[status];
    if (status == 200) {
      found_.milliseconds.push_back(std::chrono::duration<double, std::milli>(came - peer.since).count());
    }
    peer.input.clear();
    idle_.push_back(&peer);
  }

  int poller_;
  sockaddr_in address_{};
  std::string request_;
  std::vector<connection> connections_;
  std::deque<connection*> idle_;
  std::deque<steady::time_point> waiting_;
  results found_;
};

}  // namespace

int main(int count, char* arguments[]) {
  if (count != 7) {
    std::fprintf(stderr, "usage: paced_load HOST PORT PATH REQUESTS_PER_SECOND SECONDS CONNECTIONS\n");
    return 64;
  }
  load made{arguments[1], std::atoi(arguments[2]), arguments[3]};
  made.open(std::atoi(arguments[6]));
  made.run(std::atof(arguments[4]), std::atof(arguments[5]));
  made.print();
}
