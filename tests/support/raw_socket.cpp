#include "tests/support/raw_socket.hpp"

#include "modelgate/http/fields.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>

namespace modelgate::test {

raw_socket::raw_socket(const net::endpoint& to) : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(to.port);
  ::inet_pton(AF_INET, to.host.c_str(), &address.sin_addr);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot connect");
}

raw_socket::raw_socket(raw_socket&& other) noexcept
    : fd_{other.fd_}, tls_{std::move(other.tls_)}, pending_{std::move(other.pending_)} {
  other.fd_ = -1;
}

raw_socket::~raw_socket() {
  close();
}

void raw_socket::secure(const tls_wishes& wishes) {
  tls_ = std::make_unique<tls_session>(fd_, wishes);
}

void raw_socket::secure_as_server(const certificate_files& files) {
  tls_ = std::make_unique<tls_session>(fd_, files);
}

void raw_socket::send(std::string_view bytes) {
  if (!try_send(bytes)) throw std::runtime_error("the peer takes no bytes");
}

bool raw_socket::try_send(std::string_view bytes) {
  if (tls_) return tls_->write(bytes);
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void raw_socket::hold_back(bool on) {
  const int value = on ? 1 : 0;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_CORK, &value, sizeof value);
}

void raw_socket::shutdown_send() {
  ::shutdown(fd_, SHUT_WR);
}

void raw_socket::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void raw_socket::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

bool raw_socket::fill(milliseconds wait) {
  pollfd readable{fd_, POLLIN, 0};
  const bool here = tls_ && tls_->has_pending();
  const int ready = here ? 1 : ::poll(&readable, 1, static_cast<int>(wait.count()));
  if (ready == 0) throw std::runtime_error("nothing came in time; so far: " + pending_);
  char bytes[65'536];
  if (tls_) {
    const std::size_t size = tls_->read(bytes, sizeof bytes);
    pending_.append(bytes, size);
    return size > 0;
  }
  const ssize_t count = ::recv(fd_, bytes, sizeof bytes, 0);
  if (count < 0 && errno == ECONNRESET) reset_seen_ = true;
  if (count <= 0) return false;
  pending_.append(bytes, static_cast<std::size_t>(count));
  return true;
}

std::string raw_socket::receive_some(std::size_t most, milliseconds wait) {
  if (pending_.empty()) fill(wait);
  std::string taken = pending_.substr(0, most);
  pending_.erase(0, taken.size());
  return taken;
}

std::string raw_socket::receive_all(milliseconds wait) {
  while (fill(wait)) {
  }
  return std::exchange(pending_, {});
}

std::string raw_socket::receive_message(bool to_head) {
  std::size_t head_end = std::string::npos;
  while ((head_end = pending_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill(patience)) return std::exchange(pending_, {});
  }
  std::size_t size = head_end + 4;
  const std::string head = pending_.substr(0, size);
  const int status = status_of(head);
  const bool is_response = status != 0;
  const bool bodyless = to_head || (is_response && (status / 100 == 1 || status == 204 || status == 304));
  if (!bodyless && !field_of(head, "Content-Length").empty()) {
    size += std::strtoull(field_of(head, "Content-Length").c_str(), nullptr, 10);
    while (pending_.size() < size && fill(patience)) {
    }
  } else if (!bodyless && field_of(head, "Transfer-Encoding") == "chunked") {
    std::size_t end = std::string::npos;
    while ((end = pending_.find("0\r\n\r\n", size - 2)) == std::string::npos && fill(patience)) {
    }
    size = end == std::string::npos ? pending_.size() : end + 5;
  } else if (!bodyless && is_response) {
    while (fill(patience)) {
    }
    size = pending_.size();
  }
  std::string message = pending_.substr(0, size);
  pending_.erase(0, message.size());
  return message;
}

bool raw_socket::is_silent_for(milliseconds wait) {
  if (!pending_.empty()) return false;
  pollfd readable{fd_, POLLIN, 0};
  return ::poll(&readable, 1, static_cast<int>(wait.count())) == 0;
}

int status_of(std::string_view response) {
  if (!response.starts_with("HTTP/1.") || response.size() < 12) return 0;
  return std::atoi(std::string{response.substr(9, 3)}.c_str());
}

namespace {

template <class Visitor>
void for_each_field(std::string_view message, Visitor visit) {
  std::size_t line = message.find("\r\n");
  const std::size_t head_end = message.find("\r\n\r\n");
  while (line != std::string_view::npos && line < head_end) {
    line += 2;
    const std::size_t end = message.find("\r\n", line);
    const std::string_view text = message.substr(line, end - line);
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos) {
      std::string_view value = text.substr(colon + 1);
      while (value.starts_with(' ')) value.remove_prefix(1);
      visit(text.substr(0, colon), value);
    }
    line = end;
  }
}

}  // namespace

std::string field_of(std::string_view message, std::string_view name) {
  std::string found;
  for_each_field(message, [&](std::string_view candidate, std::string_view value) {
    if (found.empty() && http::equals_ignoring_case(candidate, name)) found = value;
  });
  return found;
}

int count_of(std::string_view message, std::string_view name) {
  int count = 0;
  for_each_field(message, [&](std::string_view candidate, std::string_view) {
    if (http::equals_ignoring_case(candidate, name)) ++count;
  });
  return count;
}

std::string body_of(std::string_view message) {
  const std::size_t head_end = message.find("\r\n\r\n");
  return head_end == std::string_view::npos ? std::string{} : std::string{message.substr(head_end + 4)};
}

std::string base64(std::string_view text) {
  std::string encoded(sodium_base64_ENCODED_LEN(text.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(encoded.data(), encoded.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  encoded.resize(encoded.size() - 1);
  return encoded;
}

}  // namespace modelgate::test
