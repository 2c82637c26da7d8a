#pragma once

#include "control/runtime/runtime_driver.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::service {

struct merged_log_options {
  std::optional<std::size_t> tail_lines;  ///< of all replicas together; absent: everything
  bool prefixed = false;                  ///< each line begins with "[replica] "
  bool timestamps = false;
  bool follow = false;
};

/// The logs of several replicas as one text, in the order of their timestamps as far as they have been read.
///
/// Shape:  one reader, one thread at a time. Holds one piece of each log, and of a tail no more than `most_tail_bytes`.
/// Errors: none; a log that ends or cannot be opened simply gives no lines.
class merged_log {
 public:
  /// One replica's log. It must have been opened with timestamps.
  struct source {
    std::string replica;
    std::unique_ptr<runtime::log_reader> reader;
  };
  /// While following: replicas that have come up since it was asked last.
  struct arrivals {
    std::vector<source> sources;
    bool last = false;  ///< no others will come
  };
  using discovery = std::function<arrivals()>;

  static constexpr std::size_t piece_bytes = 1'048'576;
  static constexpr std::size_t most_tail_bytes = 16'777'216;

  merged_log(std::vector<source> sources, merged_log_options options, discovery more = {});

  /// Whole lines that were not given before, about `piece_bytes` at most; empty when there is nothing new. Returns at
  /// once.
  [[nodiscard]] std::string next();
  /// Whether nothing more can come.
  [[nodiscard]] bool finished() const noexcept { return finished_; }

 private:
  struct lane {
    std::string replica;
    std::unique_ptr<runtime::log_reader> reader;
    std::string piece;
    std::size_t at = 0;
    bool drained = false;  ///< it had nothing new when asked in this round
    bool has_line() const noexcept { return at < piece.size(); }
  };

  void refill(lane& from);
  lane* oldest();
  void append_line(lane& from, std::string& to);
  std::string take(std::size_t most);
  std::string take_tail(std::size_t lines);
  void look_for_more();

  merged_log_options options_;
  discovery more_;
  std::vector<lane> lanes_;
  unsigned rounds_ = 0;
  bool tail_taken_ = false;
  bool no_more_sources_ = false;
  bool finished_ = false;
};

}  // namespace modelgate::control::service
