#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/base/result.hpp"
#include "modelgate/http_io/message.hpp"
#include "modelgate/net/endpoint.hpp"
#include "modelgate/net/tls_context.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace modelgate::http_io {

struct client_request {
  std::string method = "GET";
  std::string target = "/";
  field_list fields;
  std::string body;
  std::size_t max_response_bytes = 8'388'608;
  net::tls_client_context_ptr tls = nullptr;  ///< speak TLS, and verify the server with this
  std::string tls_server_name = {};           ///< who the server has to be: a DNS name or an IP address
};

/// One request on a connection of its own.
///
/// Errors: errc::connection_refused, connection_timeout, http_response_timeout, connection_terminated (closed before a
///         byte of the answer), http_response_incomplete, http_protocol_error, body_too_large, invalid_argument (the
///         address is no IP literal, or a text of the request would not stay in its place), or what the system says; with TLS also
///         errc::tls_protocol_error and tls_certificate_error (the server's is not trusted, or for another name).
[[nodiscard]] boost::asio::awaitable<result<response>> fetch(net::endpoint address, client_request request,
                                                             steady_time deadline);

/// Whether a server takes a connection and, with TLS, proves who it is. Nothing is asked of it. Errors: as above.
[[nodiscard]] boost::asio::awaitable<error_code> try_connection(net::endpoint address, net::tls_client_context_ptr tls,
                                                                std::string tls_server_name, steady_time deadline);

/// Called with each piece of the body as it comes; answering false ends the exchange.
using body_sink = std::function<bool(std::string_view piece)>;

/// The same for programs without an event loop, such as the command line. With a sink, the body of a 2xx answer goes
/// there piece by piece (no limit on its whole size, `timeout` applies to the head and then to each piece anew) and the
/// response's body stays empty; any other answer is held as without one.
[[nodiscard]] result<response> fetch_blocking(const net::endpoint& address, const client_request& request,
                                              std::chrono::milliseconds timeout, const body_sink& sink = {});

/// The same over a stream socket that is connected already, which becomes this call's own; `timeout` is for all of it.
[[nodiscard]] result<response> fetch_over(int socket, const client_request& request, std::chrono::milliseconds timeout,
                                          const body_sink& sink = {});

}  // namespace modelgate::http_io
