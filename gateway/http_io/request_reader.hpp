#pragma once

#include "modelgate/http/body_decoder.hpp"
#include "modelgate/http/head.hpp"
#include "modelgate/http_io/message.hpp"
#include "modelgate/http_io/refusal.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace modelgate::http_io {

/// Makes requests out of the bytes of one connection, however they are cut. Does no I/O, and leaves every question of
/// framing to modelgate::http, as the prediction port does.
///
/// Shape:  one per connection. Holds at most the head limit and what was appended last, besides the body so far.
/// Errors: a refusal ends the connection: where the next request would start is not known any more.
class request_reader {
 public:
  enum class step {
    needs_more,      ///< append what comes next
    needs_continue,  ///< the same, and the caller waits for "100 Continue" first; said once per request
    complete,        ///< `take` it
    refused,         ///< `why`
  };

  /// A form may have three times `body_limit` bytes: so many stand for one of what is in it.
  request_reader(std::size_t head_limit, std::uint64_t body_limit);

  void append(std::string_view bytes);
  [[nodiscard]] step advance();

  /// Whether nothing of a request has come since the last one was taken; the empty line that some clients send after a
  /// body is nothing.
  [[nodiscard]] bool is_idle() const noexcept;
  [[nodiscard]] const refusal& why() const noexcept { return why_; }
  /// What the request that is being read asks for; empty as long as that is not known.
  [[nodiscard]] const std::string& path() const noexcept { return current_.message.path; }

  struct taken_request {
    request message;
    bool keep_alive = false;
    bool http_1_0 = false;
  };
  /// After `complete`, once; the reader then starts on the next request with the bytes that are left.
  [[nodiscard]] taken_request take();

 private:
  step refuse(const http::refusal& why);
  step read_head();
  step read_body();

  std::size_t head_limit_;
  std::uint64_t body_limit_;
  std::uint64_t allowed_body_ = 0;  ///< of the request that is being read
  std::string buffer_;              ///< bytes that belong to no part yet
  http::request_head head_;         ///< kept for its memory; its views are stale outside read_head
  bool in_body_ = false;
  bool expects_continue_ = false;
  http::body_decoder body_;
  taken_request current_;
  refusal why_;
};

}  // namespace modelgate::http_io
