#pragma once

#include "tests/support/scripted_upstream.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <utility>

namespace modelgate::test {

/// Answers one request after the other, each when it is let go.
struct gated_replica {
  std::atomic<int> let_go{0};
  scripted_upstream upstream{[this](raw_socket& connection, scripted_upstream& self) {
    for (;;) {
      std::string request = connection.receive_message();
      if (request.empty()) return;
      self.note(std::move(request));
      int free = let_go;
      while (free == 0 || !let_go.compare_exchange_weak(free, free - 1)) {
        std::this_thread::yield();
        free = let_go;
      }
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  }};

  ~gated_replica() { let_go = 1'000'000; }
};

}  // namespace modelgate::test
