#pragma once

#include "gateway/http_io/local_answer.hpp"

#include "modelgate/http_io/message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace modelgate::http_io {

/// Makes requests out of the bytes of one connection, however they are cut. Decides framing; does no I/O.
///
/// Beast's parser tokenises; it accepts more than is safe, so the raw head is looked at first and its framing fields
/// after.
///
/// Shape:  one per connection. Holds at most the head limit and what was appended last, besides the body so far.
/// Errors: a refusal ends the connection: where the next request would start is not known any more.
/// Source: RFC 9112 sections 2.2, 3.2, 5.2 and 6.3.
class request_reader {
 public:
  enum class step {
    needs_more,      ///< append what comes next
    needs_continue,  ///< the same, and the caller waits for "100 Continue" first; said once per request
    complete,        ///< `take` it
    refused,         ///< `why`
  };

  request_reader(std::size_t head_limit, std::uint64_t body_limit);
  ~request_reader();

  void append(std::string_view bytes);
  [[nodiscard]] step advance();

  /// Whether no byte of a request has come since the last one was taken.
  [[nodiscard]] bool is_idle() const noexcept;
  [[nodiscard]] const refusal& why() const noexcept { return why_; }

  struct taken_request {
    request message;
    bool keep_alive = false;
    bool http_1_0 = false;
  };
  /// After `complete`, once; the reader then starts on the next request with the bytes that are left.
  [[nodiscard]] taken_request take();

 private:
  struct parser;

  step refuse(unsigned status, std::string_view code, std::string_view detail);
  step read_head();
  step read_body();
  [[nodiscard]] bool check_fields();

  std::size_t head_limit_;
  std::uint64_t body_limit_;
  std::string buffer_;              ///< bytes that the parser has not consumed
  std::size_t searched_ = 0;        ///< how much of it holds no end of head
  bool skipped_line_ = false;       ///< the empty line that may stand before a request has been dealt with
  std::unique_ptr<parser> parser_;  ///< there once the head is read
  request message_;
  refusal why_;
};

}  // namespace modelgate::http_io
