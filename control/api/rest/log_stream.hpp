#pragma once

#include "control/service/merged_log.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/http_io/message.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::rest {

/// An empty line for who has heard nothing for a while, so that nobody between takes the connection for dead. It stands
/// between two lines, never within one; a replica's own empty line cannot be told from it unless lines are prefixed or
/// have timestamps.
///
/// Shape: one per followed log.
class log_heartbeat {
 public:
  log_heartbeat(std::chrono::milliseconds silence, steady_time now) noexcept : silence_{silence}, last_{now} {}

  /// What to send: the whole lines that there are, or a heartbeat when it is due.
  [[nodiscard]] std::string next(std::string lines, steady_time now) {
    if (lines.empty() && now - last_ >= silence_) lines = "\n";
    if (!lines.empty()) last_ = now;
    return lines;
  }

 private:
  std::chrono::milliseconds silence_;
  steady_time last_;
};

struct log_form {
  bool in_pieces = false;                  ///< as it comes; else whole
  std::chrono::milliseconds heartbeat{0};  ///< 0: none, for a log that is not followed
  std::size_t most_chunk_bytes = 0;        ///< of whole lines, for who decodes each HTTP chunk by itself; 0: no bound
  std::string file_name;                   ///< not empty: to be saved under that name
  /// Of a log that is followed: whether who reads it still may. Asked now and then; the log ends when he may not.
  std::function<bool()> may_read_on = {};
};

/// Where chunks of at most `most` bytes end: behind a line, within one that is longer before a character of UTF-8. There is
/// one in every four bytes.
[[nodiscard]] std::vector<std::size_t> line_cuts(std::string_view text, std::size_t most);

/// A log as text/plain.
[[nodiscard]] http_io::response log_answer(std::unique_ptr<service::merged_log> log, const log_form& form);

}  // namespace modelgate::control::rest
