#pragma once

#include "control/runtime/log_line.hpp"

#include "modelgate/base/clock.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace modelgate::control::runtime::container {

/// A line of a container's log as the engine tells it; a long one comes in pieces.
struct engine_line {
  log_stream stream = log_stream::standard_output;
  std::optional<system_time> at;  ///< absent: the engine told none
  std::string_view text;
  bool partial = false;  ///< goes on in the next one of its stream
};

/// Takes the engine's log stream apart: frames of eight bytes (stream, three zeros, length with the highest byte first)
/// and the text, which with timestamps is `TIME SP line LF`.
///
/// Shape:  one per stream; holds at most one piece of `longest_log_line` bytes: a longer frame is cut.
/// Errors: `feed` answers false when this is no such stream; what follows is then ignored.
/// Source: Docker Engine API, "Stream format" of POST /containers/{id}/attach.
class log_frames {
 public:
  using sink = std::function<void(const engine_line&)>;

  [[nodiscard]] bool feed(std::string_view bytes, const sink& line);

 private:
  void take(std::string_view bytes, const sink& line);
  void give(bool line_ends, const sink& line);

  std::array<char, 8> head_{};
  std::size_t head_size_ = 0;
  std::size_t left_ = 0;  ///< of the frame
  bool begins_ = true;    ///< a frame, with its time
  bool broken_ = false;
  log_stream stream_ = log_stream::standard_output;
  std::optional<system_time> at_;
  std::string held_;
};

/// Puts the pieces of a line together again: Podman cuts lines wherever its reads end, Docker after 16 KiB. A line that is
/// longer than a record stays in pieces of a record each. It has the time of its last piece: a record says then up to where
/// the engine's log has been read.
///
/// Shape: one per container; holds at most one record for each stream.
class line_joiner {
 public:
  void add(const engine_line& piece, const log_frames::sink& line);
  /// Nothing more comes: what stands there without an end is a line too.
  void finish(const log_frames::sink& line);

 private:
  struct held {
    std::optional<system_time> at;  ///< of the last piece
    std::string text;
    bool any = false;
  };

  std::array<held, 2> held_;
};

}  // namespace modelgate::control::runtime::container
