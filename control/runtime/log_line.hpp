#pragma once

#include "modelgate/base/clock.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// How a replica's output stands in its log file: one record per line,
///
///     2026-01-31T08:15:30.125000000Z stdout F Loading the model
///
/// `F` ends a line of the replica's; `P` is a piece of one that was too long to keep whole.
/// Source: the log format of Kubernetes' Container Runtime Interface, which many tools read.
namespace modelgate::control::runtime {

inline constexpr std::size_t longest_log_line = 16'384;

enum class log_stream { standard_output, standard_error };

void append_log_record(std::string& to, system_time at, log_stream stream, bool partial, std::string_view text);

struct log_record {
  std::string_view time;  ///< RFC 3339
  std::string_view text;
  bool partial = false;
  log_stream stream = log_stream::standard_output;
};

/// `line` without its '\n'. Errors: absent when it is not a record.
[[nodiscard]] std::optional<log_record> parse_log_record(std::string_view line);

/// Cuts the bytes of one stream into lines.
///
/// A line that is too long is cut between characters of UTF-8: each piece can be decoded by itself.
///
/// Shape: one per stream and instance; holds at most `longest_log_line` bytes and one, however long a line is.
class line_splitter {
 public:
  using sink = std::function<void(std::string_view text, bool partial)>;

  void feed(std::string_view bytes, const sink& line);
  /// The stream has ended: gives what stands there without a line's end.
  void finish(const sink& line);

 private:
  std::string held_;
};

}  // namespace modelgate::control::runtime
