#pragma once

#include "gateway/proxy/input_buffer.hpp"

#include "modelgate/net/byte_stream.hpp"
#include "modelgate/net/timer_wheel.hpp"
#include "modelgate/net/wake_signal.hpp"

namespace modelgate::proxy {

/// The client's connection, lent to one exchange after the other.
struct client_side {
  net::byte_stream& stream;
  net::wake_signal& signal;
  net::wheel_timer& timer;
  input_buffer& input;  ///< what came after the request's head
};

}  // namespace modelgate::proxy
