// What TCP itself costs: a reverse proxy without a feature, the floor that others are measured against.
//
// usage: floor_proxy PORT UPSTREAM_PORT
//
// Does the job's rewriting and nothing else: the first line becomes "POST /predict HTTP/1.1", Authorization goes, an
// X-Forwarded-User comes. It trusts everybody: heads come in one piece, bodies have a Content-Length. Each client has an
// upstream connection of its own, made when it connects. One thread, level-triggered epoll, one recv and one send for
// each piece in each direction.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

/// One side of a client's way; what it could not send yet keeps the other side from being read.
struct side {
  int socket = -1;
  side* other = nullptr;
  bool is_client = false;
  std::size_t body_left = 0;  ///< of the request that is coming in; clients only
  std::string unsent;
};

std::array<char, 262'144> input;   // of whoever is read just now
std::array<char, 266'240> output;  // a rewritten request

std::size_t append(std::size_t at, std::string_view text) {
  std::memcpy(output.data() + at, text.data(), text.size());
  return at + text.size();
}

/// What goes upstream for the bytes that a client sent.
std::string_view rewrite(side& client, std::string_view bytes) {
  if (client.body_left > 0) {
    client.body_left -= std::min(client.body_left, bytes.size());
    return bytes;
  }
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return {};
  std::size_t at = append(0, "POST /predict HTTP/1.1\r\n");
  std::size_t length = 0;
  for (std::size_t line = bytes.find("\r\n") + 2; line < end + 2;) {
    const std::size_t next = bytes.find("\r\n", line) + 2;
    const std::string_view field = bytes.substr(line, next - line);
    if (field.starts_with("Content-Length: ")) length = std::strtoull(field.data() + 16, nullptr, 10);
    if (!field.starts_with("Authorization: ")) at = append(at, field);
    line = next;
  }
  at = append(at, "X-Forwarded-User: load\r\n\r\n");
  const std::string_view body = bytes.substr(end + 4);
  client.body_left = length - std::min(length, body.size());
  return {output.data(), append(at, body)};
}

void watch(int poller, side& of, int operation) {
  epoll_event interest{};
  interest.events = (of.other->unsent.empty() ? EPOLLIN : 0U) | (of.unsent.empty() ? 0U : EPOLLOUT);
  interest.data.ptr = &of;
  ::epoll_ctl(poller, operation, of.socket, &interest);
}

void send_to(int poller, side& to, std::string_view bytes) {
  const ssize_t sent = to.unsent.empty() ? ::send(to.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) : 0;
  const std::size_t done = sent > 0 ? static_cast<std::size_t>(sent) : 0;
  if (done == bytes.size()) return;
  to.unsent.append(bytes.substr(done));
  watch(poller, to, EPOLL_CTL_MOD);
  watch(poller, *to.other, EPOLL_CTL_MOD);
}

void send_rest(int poller, side& to) {
  const ssize_t sent = ::send(to.socket, to.unsent.data(), to.unsent.size(), MSG_NOSIGNAL);
  if (sent > 0) to.unsent.erase(0, static_cast<std::size_t>(sent));
  if (!to.unsent.empty()) return;
  watch(poller, to, EPOLL_CTL_MOD);
  watch(poller, *to.other, EPOLL_CTL_MOD);
}

sockaddr_in loopback(const char* port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  return address;
}

void accept_one(int poller, int listening, const sockaddr_in& upstream) {
  const int accepted = ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK);
  if (accepted < 0) return;
  const int made = ::socket(AF_INET, SOCK_STREAM, 0);
  if (made < 0 || ::connect(made, reinterpret_cast<const sockaddr*>(&upstream), sizeof upstream) != 0) {
    std::perror("floor_proxy: upstream");
    ::close(accepted);
    return;
  }
  auto* client = new side{accepted, nullptr, true, 0, {}};
  auto* model = new side{made, client, false, 0, {}};
  client->other = model;
  const int on = 1;
  for (side* each : {client, model}) {
    ::setsockopt(each->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(poller, *each, EPOLL_CTL_ADD);
  }
}

}  // namespace

int main(int count, char* arguments[]) {
  if (count != 3) {
    std::fprintf(stderr, "usage: floor_proxy PORT UPSTREAM_PORT\n");
    return 64;
  }
  const sockaddr_in own = loopback(arguments[1]);
  const sockaddr_in upstream = loopback(arguments[2]);
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  ::setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(listening, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 || ::listen(listening, 4096) != 0) {
    std::perror("floor_proxy");
    return 1;
  }
  const int poller = ::epoll_create1(0);
  epoll_event interest{};
  interest.events = EPOLLIN;
  ::epoll_ctl(poller, EPOLL_CTL_ADD, listening, &interest);

  std::array<epoll_event, 256> events;
  for (;;) {
    const int ready = ::epoll_wait(poller, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      auto* from = static_cast<side*>(event.data.ptr);
      if (from == nullptr) {
        accept_one(poller, listening, upstream);
        continue;
      }
      if (from->socket < 0) continue;  // its other side closed within this turn
      if ((event.events & EPOLLOUT) != 0) send_rest(poller, *from);
      if ((event.events & ~EPOLLOUT) == 0) continue;
      const ssize_t size = ::recv(from->socket, input.data(), input.size(), MSG_DONTWAIT);
      if (size < 0 && errno == EAGAIN) continue;
      if (size <= 0) {
        for (side* each : {from, from->other}) {  // a few bytes of each stay, so that a late event finds them
          ::close(each->socket);
          each->socket = -1;
        }
        continue;
      }
      const std::string_view bytes{input.data(), static_cast<std::size_t>(size)};
      send_to(poller, *from->other, from->is_client ? rewrite(*from, bytes) : bytes);
    }
  }
}
