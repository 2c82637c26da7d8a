// A model server that costs next to nothing: answers every request with the same body, over kept connections, at once or after
// a time that is even between two bounds.
//
// usage: fake_upstream [PORT [BODY_BYTES [LEAST_US MOST_US]]]     the port is PREDICTIVE_UNIT_SERVICE_PORT where none is given;
//                                                                "socket": the path in MODELGATE_SOCKET instead of a port
//
// It trusts its peer: heads end in an empty line, bodies have a Content-Length. One thread, level-triggered epoll.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

/// One kept connection: the bytes of the request that is coming, and what of the answer is still to be sent.
struct connection {
  int socket = -1;
  std::string input;
  bool in_body = false;
  std::size_t body_left = 0;
  std::string output;
};

/// Answers that are due later. A connection that closes first leaves its own behind, for nobody.
class delayed_answers {
 public:
  delayed_answers(long least_us, long most_us) : delay_us_{least_us, most_us} {}

  void add(int socket) { due_.push({now_us() + delay_us_(chance_), socket}); }

  /// Sends what is due; answers milliseconds until the next, -1 without one.
  int send_due(const std::string& answer) {
    while (!due_.empty() && due_.top().first <= now_us()) {
      static_cast<void>(!::send(due_.top().second, answer.data(), answer.size(), MSG_NOSIGNAL));
      due_.pop();
    }
    return due_.empty() ? -1 : static_cast<int>(std::max<std::int64_t>(0, (due_.top().first - now_us() + 999) / 1'000));
  }

 private:
  using due_answer = std::pair<std::int64_t, int>;

  static std::int64_t now_us() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1'000'000 + now.tv_nsec / 1'000;
  }

  std::minstd_rand chance_{1};
  std::uniform_int_distribution<std::int64_t> delay_us_;
  std::priority_queue<due_answer, std::vector<due_answer>, std::greater<>> due_;
};

std::string make_answer(std::size_t body_bytes) {
  std::string body = R"({"data":{"names":["t:0","t:1"],"ndarray":[[0.5,0.5]]},"meta":{}})";
  if (body_bytes > 0) body.assign(body_bytes, 'x');
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size())
         + "\r\n\r\n" + body;
}

std::size_t content_length(std::string_view head) {
  const std::size_t field = head.find("Content-Length: ");
  return field == std::string_view::npos ? 0 : std::strtoull(head.data() + field + 16, nullptr, 10);
}

/// Takes what has come of requests off the input; answers how many are here to their last byte.
int take_requests(connection& peer) {
  int requests = 0;
  for (;;) {
    if (peer.in_body) {
      const std::size_t dropped = std::min(peer.body_left, peer.input.size());
      peer.input.erase(0, dropped);
      peer.body_left -= dropped;
      if (peer.body_left > 0) return requests;
      peer.in_body = false;
      ++requests;
    }
    const std::size_t end = peer.input.find("\r\n\r\n");
    if (end == std::string::npos) return requests;
    peer.body_left = content_length(std::string_view{peer.input}.substr(0, end));
    peer.in_body = true;
    peer.input.erase(0, end + 4);
  }
}

/// Answers -1 where that cannot be.
int listen_at(int port) {
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  ::setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::bind(listening, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return -1;
  return ::listen(listening, 1024) == 0 ? listening : -1;
}

int listen_on(const char* path) {
  const int listening = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path == nullptr || std::string_view{path}.size() >= sizeof address.sun_path) return -1;
  std::string_view{path}.copy(address.sun_path, sizeof address.sun_path);
  if (::bind(listening, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return -1;
  return ::listen(listening, 1024) == 0 ? listening : -1;
}

void flush(int poller, connection& peer) {
  while (!peer.output.empty()) {
    const ssize_t sent = ::send(peer.socket, peer.output.data(), peer.output.size(), MSG_NOSIGNAL);
    if (sent <= 0) break;
    peer.output.erase(0, static_cast<std::size_t>(sent));
  }
  epoll_event interest{};
  interest.events = peer.output.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT;
  interest.data.ptr = &peer;
  ::epoll_ctl(poller, EPOLL_CTL_MOD, peer.socket, &interest);
}

}  // namespace

int main(int count, char* arguments[]) {
  const char* environment = std::getenv("PREDICTIVE_UNIT_SERVICE_PORT");
  const int port = count > 1 ? std::atoi(arguments[1]) : environment != nullptr ? std::atoi(environment) : 0;
  const std::string answer = make_answer(count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 0);
  const bool delays = count > 4;
  delayed_answers later{delays ? std::atol(arguments[3]) : 0, delays ? std::atol(arguments[4]) : 0};

  const bool on_socket = count > 1 && std::string_view{arguments[1]} == "socket";
  const int listening = on_socket ? listen_on(std::getenv("MODELGATE_SOCKET")) : listen_at(port);
  if (listening < 0) {
    std::perror("fake_upstream");
    return 1;
  }
  const int on = 1;
  const int poller = ::epoll_create1(0);
  epoll_event interest{};
  interest.events = EPOLLIN;
  ::epoll_ctl(poller, EPOLL_CTL_ADD, listening, &interest);

  std::array<epoll_event, 256> events;
  std::array<char, 65'536> bytes;
  for (;;) {
    const int patience = delays ? later.send_due(answer) : -1;
    const int ready = ::epoll_wait(poller, events.data(), static_cast<int>(events.size()), patience);
    for (int i = 0; i < ready; ++i) {
      auto* peer = static_cast<connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (peer == nullptr) {
        const int accepted = ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK);
        if (accepted < 0) continue;
        ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        auto made = std::make_unique<connection>();
        made->socket = accepted;
        interest.events = EPOLLIN;
        interest.data.ptr = made.get();
        ::epoll_ctl(poller, EPOLL_CTL_ADD, accepted, &interest);
        made.release();  // deleted when the peer closes
        continue;
      }
      if ((events[static_cast<std::size_t>(i)].events & EPOLLOUT) != 0) flush(poller, *peer);
      const ssize_t size = ::recv(peer->socket, bytes.data(), bytes.size(), 0);
      if (size == 0 || (size < 0 && errno != EAGAIN)) {
        ::close(peer->socket);
        delete peer;
        continue;
      }
      if (size < 0) continue;
      peer->input.append(bytes.data(), static_cast<std::size_t>(size));
      const int requests = take_requests(*peer);
      if (delays) {
        for (int request = 0; request < requests; ++request) later.add(peer->socket);
        continue;
      }
      if (requests == 1 && peer->output.empty()) {  // the usual case, without a copy
        const ssize_t sent = ::send(peer->socket, answer.data(), answer.size(), MSG_NOSIGNAL);
        const std::size_t done = sent > 0 ? static_cast<std::size_t>(sent) : 0;
        if (done == answer.size()) continue;
        peer->output.assign(answer, done);
        flush(poller, *peer);
        continue;
      }
      for (int request = 0; request < requests; ++request) peer->output += answer;
      if (requests > 0) flush(poller, *peer);
    }
  }
}
