#pragma once

#include "control/cli/connection_settings.hpp"
#include "control/cli/failure.hpp"
#include "control/cli/server_address.hpp"

#include "modelgate/http_io/message.hpp"
#include "modelgate/net/tls_context.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace modelgate::control::cli {

/// Calls the REST API of one server.
///
/// Shape:  one per command; blocks.
/// Errors: `failure` for whatever is no 2xx answer: `no_server` where nobody answers, else what the server says of it.
class api_client {
 public:
  struct call {
    std::string method = "GET";
    std::string path;  ///< behind /api/v1, encoded, with its query
    std::optional<std::string> json;
    std::string if_match;         ///< empty: not sent
    std::string last_event_id{};  ///< likewise
  };
  struct answer {
    unsigned status = 0;
    std::string body;
    std::string etag;
  };
  using body_sink = std::function<bool(std::string_view piece)>;

  [[nodiscard]] static outcome<api_client> connect(const connection_settings& settings);

  static constexpr std::chrono::milliseconds usual_timeout{60'000};

  [[nodiscard]] outcome<answer> perform(const call& asked, std::chrono::milliseconds timeout = usual_timeout) const;

  /// Hands the body on as it comes. `longest_silence` bounds the wait for its head and for every piece.
  [[nodiscard]] outcome<answer> stream(const call& asked, std::chrono::milliseconds longest_silence,
                                       const body_sink& sink) const;

  /// A prediction of a deployment, as one of its clients or as nobody. Its answer, of whatever status, is the model's.
  [[nodiscard]] outcome<http_io::response> predict(const std::string& endpoint, std::string body,
                                                   const crypto::secret& token,
                                                   std::chrono::milliseconds timeout) const;

 private:
  api_client(server_address address, std::string server, std::string_view token, net::tls_client_context_ptr trusted,
             std::filesystem::path ca_file);
  outcome<answer> send(const call& asked, std::chrono::milliseconds timeout, const body_sink& sink) const;

  server_address address_;
  std::string server_;  ///< as it was given, for messages
  crypto::secret authorization_;
  net::tls_client_context_ptr trusted_;  ///< nullptr for a server without TLS
  std::filesystem::path ca_file_;
};

}  // namespace modelgate::control::cli
