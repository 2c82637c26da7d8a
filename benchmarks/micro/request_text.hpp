#pragma once

#include "modelgate/base/base64.hpp"

#include <string>
#include <string_view>

/// The one prediction that is measured: what Python's requests sends, and what a model server answers.
namespace modelgate::benchmarks {

inline constexpr std::string_view client_name = "bench";
inline constexpr std::string_view token = "mgc_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG012345";
inline constexpr std::string_view prediction =
    R"({"data":{"names":["sl","sw","pl","pw"],"ndarray":[[5.1,3.5,1.4,0.2]]}})";
inline constexpr std::string_view result = R"({"data":{"names":["class"],"ndarray":[[0.9,0.1,0.0]]},"meta":{}})";

[[nodiscard]] inline std::string request_text(std::string_view deployment) {
  std::string text{"POST /deployment/"};
  text.append(deployment).append("/api/v1.0/predictions HTTP/1.1\r\nHost: models.example:8080\r\n");
  text.append("User-Agent: python-requests/2.28.1\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\n");
  text.append("Connection: keep-alive\r\nContent-Length: ").append(std::to_string(prediction.size()));
  text.append("\r\nContent-Type: application/json\r\nAuthorization: Basic ");
  text.append(base64(std::string{client_name}.append(":").append(token))).append("\r\n\r\n");
  return text.append(prediction);
}

[[nodiscard]] inline std::string answer_text() {
  std::string text{"HTTP/1.1 200 OK\r\nServer: gunicorn\r\nDate: Fri, 27 Nov 2026 12:00:00 GMT\r\n"};
  text.append("Connection: keep-alive\r\nContent-Type: application/json\r\nContent-Length: ");
  text.append(std::to_string(result.size())).append("\r\n\r\n");
  return text.append(result);
}

}  // namespace modelgate::benchmarks
