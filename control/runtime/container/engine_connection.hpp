#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace modelgate::control::runtime::container {

struct engine_call {
  std::string method = "GET";
  std::string target;
  std::string body = {};           ///< JSON; empty: none
  std::string registry_auth = {};  ///< for X-Registry-Auth; empty: none
};

/// One HTTP exchange with a container engine over its Unix socket, on a connection of its own. The body is read at the
/// reader's pace, so that a stream without end costs no memory.
///
/// Shape:  one thread; one waiting call at a time.
/// Errors: errc::connection_refused, connection_timeout, http_response_timeout (then the exchange is over),
///         connection_terminated, http_response_incomplete, http_protocol_error, cancelled, or what the system says.
class engine_connection {
 public:
  engine_connection(boost::asio::any_io_executor executor, const std::filesystem::path& socket);
  ~engine_connection();
  engine_connection(const engine_connection&) = delete;
  engine_connection& operator=(const engine_connection&) = delete;

  /// Sends the call and waits for the head of the answer: its status.
  [[nodiscard]] boost::asio::awaitable<result<unsigned>> begin(engine_call call, steady_time deadline);
  /// What came next of the body, at most 64 KiB; empty at its end.
  [[nodiscard]] boost::asio::awaitable<result<std::string>> read_some(steady_time deadline);
  /// What is being waited for ends with errc::cancelled, as does everything later.
  void cancel() noexcept;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

struct engine_reply {
  unsigned status = 0;
  std::string body;
};

/// The whole of an answer. Errors: those of the connection; errc::body_too_large.
[[nodiscard]] boost::asio::awaitable<result<engine_reply>> exchange(engine_connection& over, engine_call call,
                                                                    std::size_t most_bytes, steady_time deadline);

}  // namespace modelgate::control::runtime::container
