#include "benchmarks/micro/lockstep.hpp"

#include "benchmarks/micro/request_text.hpp"

#include "modelgate/base/clock.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace modelgate::benchmarks {
namespace {

constexpr std::chrono::seconds patience{20};
constexpr std::string_view id = "deployment-500";

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error{"the benchmark's gateway: " + what};
}

net::socket_handle open_socket() {
  net::socket_handle made{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!made.is_open()) fail("no socket");
  return made;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

net::socket_handle listen_anywhere() {
  net::socket_handle made = open_socket();
  sockaddr_in address = loopback(0);
  if (::bind(made.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(made.get(), 8) != 0)
    fail("no port");
  return made;
}

std::uint16_t port_of(const net::socket_handle& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) fail("no port");
  return ntohs(address.sin_port);
}

void await_readable(const net::socket_handle& socket) {
  pollfd asked{socket.get(), POLLIN, 0};
  if (::poll(&asked, 1, static_cast<int>(std::chrono::milliseconds{patience}.count())) != 1) fail("nothing came");
}

void send_all(const net::socket_handle& to, std::string_view bytes) {
  if (::send(to.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
    fail("could not send");
}

/// Reads until the message ends in `last`.
void read_until(const net::socket_handle& from, std::string_view last) {
  std::array<char, 4'096> bytes{};
  std::size_t size = 0;
  while (!std::string_view{bytes.data(), size}.ends_with(last)) {
    await_readable(from);
    const ssize_t read = ::recv(from.get(), bytes.data() + size, bytes.size() - size, 0);
    if (read <= 0) fail("the connection ended: " + std::string{bytes.data(), size});
    size += static_cast<std::size_t>(read);
  }
}

config::settings make_settings(const std::string& folder) {
  config::settings made;
  made.listen.prediction = {"127.0.0.1", 0};
  made.prediction.workers = 1;
  made.access_log.path = std::filesystem::path{folder} / "access.log";
  return made;
}

config::snapshot_ptr make_snapshot(const crypto::token_key& key, std::uint16_t replica) {
  auto deployment = std::make_shared<config::deployment_config>();
  deployment->id = id;
  deployment->access = config::access_type::clients;
  deployment->clients.push_back({std::string{client_name}, key.hash(token), std::nullopt});
  config::endpoint_config there;
  there.replica = "replica-1";
  there.address = {"127.0.0.1", replica};
  there.concurrency = 8;
  deployment->endpoints.push_back(there);
  auto made = std::make_shared<config::snapshot>();
  made->generation = 1;
  made->deployments.push_back(std::move(deployment));
  return made;
}

int thread_named(std::string_view name) {
  for (const auto& each : std::filesystem::directory_iterator{"/proc/self/task"}) {
    std::ifstream file{each.path() / "comm"};
    std::string found;
    if (std::getline(file, found) && found == name) return std::atoi(each.path().filename().c_str());
  }
  fail("no thread is called " + std::string{name});
}

}  // namespace

lockstep::lockstep(const std::string& folder)
    : listening_{listen_anywhere()},
      gateway_{make_settings(folder), crypto::token_key{std::array<std::uint8_t, crypto::token_key::size>{}}},
      request_{request_text(id)},
      answer_{answer_text()},
      client_{open_socket()} {
  const crypto::token_key key{std::array<std::uint8_t, crypto::token_key::size>{}};
  gateway_.start();
  gateway_.publish(make_snapshot(key, port_of(listening_)));
  if (!gateway_.wait_until_live(1, steady_clock::now() + patience)) fail("the deployment is not live");
  worker_ = thread_named("worker-0");

  const sockaddr_in address = loopback(gateway_.address().port);
  if (::connect(client_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("no connection");
  send_all(client_, request_);
  await_readable(listening_);
  replica_ = net::socket_handle{::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  read_until(replica_, prediction);
  await_worker();
  send_all(replica_, answer_);
  read_until(client_, result);
  await_worker();
}

void lockstep::predict() {
  send_all(client_, request_);
  read_until(replica_, prediction);
  await_worker();
  send_all(replica_, answer_);
  read_until(client_, result);
  await_worker();
}

/// Until it waits for the kernel to tell of something.
void lockstep::await_worker() const {
#ifdef SYS_epoll_wait
  constexpr long waits = SYS_epoll_wait;
#else
  constexpr long waits = SYS_epoll_pwait;
#endif
  const std::string file = "/proc/self/task/" + std::to_string(worker_) + "/syscall";
  const std::string sign = std::to_string(waits) + " ";
  std::array<char, 32> text{};
  const steady_time end = steady_clock::now() + patience;
  while (steady_clock::now() < end) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) fail("the kernel does not show what a thread waits for: " + file);
    const ssize_t size = ::read(descriptor, text.data(), text.size());
    ::close(descriptor);
    if (size > 0 && std::string_view{text.data(), static_cast<std::size_t>(size)}.starts_with(sign)) return;
    std::this_thread::yield();
  }
  fail("the worker does not come to rest");
}

}  // namespace modelgate::benchmarks
