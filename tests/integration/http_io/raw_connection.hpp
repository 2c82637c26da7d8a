#pragma once

#include "modelgate/net/endpoint.hpp"

#include <string>
#include <string_view>

namespace modelgate::http_io::test {

/// A blocking TCP connection that sends and reads bytes as they are.
///
/// Errors: throws std::runtime_error, also when nothing comes for ten seconds.
class raw_connection {
 public:
  explicit raw_connection(const net::endpoint& address);
  ~raw_connection();
  raw_connection(const raw_connection&) = delete;
  raw_connection& operator=(const raw_connection&) = delete;

  void send(std::string_view bytes);
  /// Says that nothing more will be sent.
  void finish_sending();
  /// Closes so that the peer gets a reset.
  void reset();

  /// Reads until `end` has come (and gives what came, `end` included) or the peer closes.
  [[nodiscard]] std::string read_until(std::string_view end);
  [[nodiscard]] std::string read_to_end();
  /// Whether the peer closed or reset; waits for it.
  [[nodiscard]] bool is_closed_by_peer();

 private:
  bool read_more();

  int fd_ = -1;
  bool ended_ = false;
  std::string held_;
};

}  // namespace modelgate::http_io::test
