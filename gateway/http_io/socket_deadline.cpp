#include "gateway/http_io/socket_deadline.hpp"

#include "modelgate/base/result.hpp"

#include <cstdint>

namespace modelgate::http_io {

struct socket_deadline::shared {
  boost::asio::ip::tcp::socket* socket = nullptr;
  std::uint64_t turn = 0;  // a handler that was queued when the deadline was replaced belongs to an older turn
  bool expired = false;
};

socket_deadline::socket_deadline(boost::asio::ip::tcp::socket& socket)
    : timer_{socket.get_executor()}, shared_{std::make_shared<shared>()} {
  shared_->socket = &socket;
}

socket_deadline::~socket_deadline() {
  ++shared_->turn;
}

void socket_deadline::set(steady_time when, action then) {
  const std::uint64_t turn = ++shared_->turn;
  shared_->expired = false;
  timer_.expires_at(when);
  timer_.async_wait([shared = shared_, turn, then](const error_code& problem) {
    if (problem || shared->turn != turn) return;
    shared->expired = true;
    error_code ignored;
    if (then == action::close)
      shared->socket->close(ignored);
    else
      shared->socket->cancel(ignored);
  });
}

void socket_deadline::clear() {
  ++shared_->turn;
  shared_->expired = false;
  timer_.cancel();
}

bool socket_deadline::expired() const noexcept {
  return shared_->expired;
}

}  // namespace modelgate::http_io
